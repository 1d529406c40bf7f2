/**
 * How the CLI reaches the embedded Heroku: starts, finds and stops its daemon. Nothing else of
 * local/ is for the CLI.
 */
import { readFile } from 'node:fs/promises'
import http from 'node:http'
import path from 'node:path'
import { json } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import writeFileAtomic from 'write-file-atomic'
import { ShipitError } from '../../errors.js'
import { lockHolder } from './daemon-lock.js'
import { daemonLogFile } from './daemon-log.js'
import { ownVersion } from '../../own-version.js'
import { EXIT_ALREADY_RUNNING } from './handshake.js'
import { foldersOf, makeFolders, stateHome } from './folders.js'
import type { DaemonInfo, Folders, Limits } from '../store/types.js'
import { spawnDaemon, endOf, notStarted } from './spawn-daemon.js'

interface LocalStatus {
  home: string
  info: DaemonInfo
  limits: Limits
  /** Of new apps. */
  generation: 'cedar' | 'fir'
  /** Whether builds and dynos are kept from the state folder. */
  isolated: boolean
  /** Whether the network reaches what dynos listen on. */
  exposed: boolean
  apps: { name: string; dynos: Record<string, number> }[]
  /** Records that could not be read at start: file and what is wrong with it. */
  problems: { file: string; problem: string }[]
}

const POLL = 50

/** ms that a daemon has to answer a question about itself. */
const ANSWER_TIME = 8_000

/** Bytes of such an answer. */
const LARGEST_ANSWER = 16 * 1024 * 1024

export const readInfo = async (folders: Folders): Promise<DaemonInfo | undefined> => {
  try {
    const info = JSON.parse(
      await readFile(path.join(folders.root, 'daemon.json'), 'utf8'),
    ) as Partial<DaemonInfo> | null
    return typeof info?.apiUrl === 'string' &&
      URL.canParse(info.apiUrl) &&
      typeof info.token === 'string' &&
      typeof info.pid === 'number'
      ? (info as DaemonInfo)
      : undefined
  } catch (error) {
    // Cut off by a crash of the machine: as good as none, the lock says who runs.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError)
      return undefined
    throw unusable(folders, error)
  }
}

/** What the file system refused, in the words of the whole. */
export function unusable(folders: Folders, error: unknown): unknown {
  const { syscall, message } = error as NodeJS.ErrnoException
  if (syscall === undefined) return error
  return new ShipitError('local', {
    message: `The embedded Heroku cannot use its folder ${folders.root}.`,
    why: message,
    next: 'Make room or rights there, or set SHIPIT_HOME to a folder that you can write.',
    cause: error,
  })
}

export const holderOf = (folders: Folders): ReturnType<typeof lockHolder> =>
  lockHolder(folders).catch((error: unknown) => {
    throw unusable(folders, error)
  })

/**
 * The running daemon's own account of itself; undefined if none runs. Throws ShipitError `local`
 * for one that runs and does not answer.
 */
export async function localStatus(home: string = stateHome()): Promise<LocalStatus | undefined> {
  const folders = foldersOf(home)
  const info = await readInfo(folders)
  if (!info) return undefined
  const answer = await ask<LocalStatus & { pid: number }>(
    `${info.apiUrl}/shipit/status`,
    info.token,
  )
  if (answer === 'silent') {
    // Another program may be who is silent at that port.
    if ((await holderOf(folders)).pid === info.pid) throw silent(info.pid)
    return undefined
  }
  if (!answer) return undefined
  const {
    pid,
    limits,
    generation = 'cedar',
    isolated = false,
    exposed = true,
    apps,
    problems,
  } = answer
  // After a kill another program may have the port; only the process that wrote the file counts.
  return pid === info.pid
    ? { home, info, limits, generation, isolated, exposed, apps, problems }
    : undefined
}

const silent = (pid: number) =>
  new ShipitError('local', {
    message: `The embedded Heroku (pid ${pid}) does not answer.`,
    why:
      `It runs, and said nothing for ${ANSWER_TIME / 1000} s: it may be stopped (Ctrl-Z, ` +
      'SIGSTOP), or this machine is very busy.',
    next:
      `kill -CONT ${pid} wakes one that is stopped. Else: shipit local stop && shipit local ` +
      'start',
  })

/**
 * Undefined if nothing answers, or something else does. Over node:http with a connection of its
 * own: a fetch whose server goes away at the wrong moment may never settle and keeps nothing alive,
 * so that the command would end without a word.
 */
function ask<T>(url: string, token: string): Promise<T | 'silent' | undefined> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(ANSWER_TIME)
    signal.addEventListener('abort', () => resolve('silent'), { once: true })
    const request = http.get(
      url,
      { agent: false, signal, headers: { authorization: `Bearer ${token}` } },
      (response) => {
        let size = 0
        response.on('data', (chunk: Buffer) => {
          if ((size += chunk.length) > LARGEST_ANSWER) response.destroy()
        })
        json(response).then(
          (body) => resolve(response.statusCode === 200 ? (body as T) : undefined),
          () => resolve(undefined),
        )
      },
    )
    request.on('error', () => resolve(undefined))
  })
}

/**
 * The embedded Heroku of `home` (default: SHIPIT_HOME, else the XDG state folder), started if it is
 * not running. Calls at the same time start one. `wait` is how long it may take, in ms (default
 * 60000). Throws ShipitError `local` with the daemon's own last words.
 */
export async function ensureLocal(
  options: { home?: string; env?: NodeJS.ProcessEnv; wait?: number } = {},
): Promise<DaemonInfo> {
  const env = options.env ?? process.env
  const home = options.home ?? stateHome(env)
  const running = await localStatus(home)
  if (running) return running.info
  const folders = foldersOf(home)
  await makeFolders(folders).catch((error: unknown) => {
    throw unusable(folders, error)
  })
  let ended = endOf(await spawnDaemon(folders, home, env))
  const deadline = performance.now() + (options.wait ?? 60_000)
  while (performance.now() < deadline) {
    const status = await localStatus(home)
    if (status) return status.info
    if (ended.status !== undefined && ended.status !== EXIT_ALREADY_RUNNING)
      throw await notStarted(folders, `Its process ended with ${ended.status}.`)
    // The one that ran already may have been on its way out.
    if (ended.status === EXIT_ALREADY_RUNNING && (await holderOf(folders)).pid === undefined)
      ended = endOf(await spawnDaemon(folders, home, env))
    await delay(POLL)
  }
  throw await notStarted(folders, 'It did not answer in time.')
}

/** Variables that name a file of certificates to trust, and the file that takes its place. */
const TRUSTED = { NODE_EXTRA_CA_CERTS: 'trusted.pem', GIT_SSL_CAINFO: 'trusted-by-git.pem' }

/**
 * The file that a variable is to name so that a client trusts the daemon where it speaks TLS.
 * Certificates that the variable names by now stay trusted. Throws ShipitError `local` if the
 * daemon has none to show.
 */
export async function trustedCertificates(
  info: DaemonInfo,
  options: { home?: string; env?: NodeJS.ProcessEnv; variable?: keyof typeof TRUSTED } = {},
): Promise<string> {
  const { env = process.env, variable = 'NODE_EXTRA_CA_CERTS' } = options
  const folders = foldersOf(options.home ?? stateHome(env))
  const own = await ask<{ certificate: string }>(`${info.apiUrl}/shipit/certificate`, info.token)
  if (!own || own === 'silent')
    throw new ShipitError('local', {
      message: 'The embedded Heroku has no certificate to show.',
      why: `Its log is ${daemonLogFile(folders)}.`,
      next: 'shipit local start',
    })
  const file = path.join(folders.root, TRUSTED[variable])
  const named = env[variable]
  const before = named ? await readFile(named, 'utf8').catch(noSuchFile) : ''
  const isThere =
    named !== undefined && path.resolve(named) === file && before.includes(own.certificate)
  if (!isThere)
    await writeFileAtomic(file, own.certificate + before, { mode: 0o600 }).catch(
      (error: unknown) => {
        throw unusable(folders, error)
      },
    )
  return file
}

/** Node.js warns of it and goes on. */
const noSuchFile = () => ''

/**
 * The version that runs if it is another than this one: an upgrade leaves the running daemon as
 * it is.
 */
export function otherVersion(status: LocalStatus | undefined): string | undefined {
  return status === undefined || status.info.version === ownVersion()
    ? undefined
    : status.info.version
}

/**
 * Which generation of Heroku new apps are made as. Throws ShipitError `local` if the daemon does
 * not take it.
 */
export async function setGeneration(
  { apiUrl, token }: DaemonInfo,
  generation: 'cedar' | 'fir',
): Promise<void> {
  const response = await fetch(`${apiUrl}/shipit/generation`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ generation }),
    redirect: 'manual',
    signal: AbortSignal.timeout(ANSWER_TIME),
  })
  if (!response.ok)
    throw new ShipitError('local', {
      message: `The embedded Heroku refused generation ${generation} with status ${response.status}.`,
      next: 'shipit local status',
    })
}
