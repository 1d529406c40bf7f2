import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { childEnvironment, failureLines } from '../apply/run-command.js'
import { copyForInstall } from './copy.js'

/**
 * Whether the package manager installs what the lockfile says. `untold`: this machine could not
 * tell, by no fault of the project.
 */
export type Tried = { outcome: 'installs' } | { outcome: 'fails' | 'untold'; why: string }

interface Trial {
  /** Absolute path of the project. */
  dir: string
  command: string[]
  /** Files of the project as they were at another time, by name: in place of those on disk. */
  instead?: Record<string, Buffer>
  signal: AbortSignal
  /** ms. An install that takes longer says nothing about the lockfile. */
  longest?: number
}

const LONGEST = 10 * 60_000

/**
 * Runs the install in a copy of the project, which is gone afterwards. A stop through `signal`
 * rejects.
 */
export async function tryInstall({
  dir,
  command,
  instead = {},
  signal,
  longest = LONGEST,
}: Trial): Promise<Tried> {
  const scratch = await mkdtemp(path.join(os.tmpdir(), 'shipit-init-'))
  try {
    const project = path.join(scratch, path.basename(path.resolve(dir)) || 'app')
    await mkdir(project)
    await copyForInstall(dir, project)
    for (const [file, bytes] of Object.entries(instead)) {
      await mkdir(path.dirname(path.join(project, file)), { recursive: true })
      await writeFile(path.join(project, file), bytes)
    }
    const [tool, ...args] = [...command, ...(await ownStore(command, scratch))]
    const { failed, timedOut, all, shortMessage } = await execa(tool!, args, {
      cwd: project,
      env: childEnvironment(process.env),
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
      all: true,
      cancelSignal: signal,
      forceKillAfterDelay: 5000,
      timeout: longest,
    })
    signal.throwIfAborted()
    if (!failed) return { outcome: 'installs' }
    const why =
      failureLines((all ?? '').replaceAll(project, dir)) || shortMessage || `${tool} failed.`
    return { outcome: timedOut || isOfThisMachine(all ?? '') ? 'untold' : 'fails', why }
  } finally {
    await rm(scratch, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** pnpm makes a store at the root of another disk than the home's, and leaves it there. */
async function ownStore(command: string[], scratch: string): Promise<string[]> {
  if (!command.some((word) => /^pnpm(@|$)/.test(word))) return []
  const [home, here] = await Promise.all([stat(os.homedir()), stat(scratch)])
  return home.dev === here.dev ? [] : ['--store-dir', path.join(scratch, 'store')]
}

/**
 * No network, no right to a private package, no room, another platform or Node.js than the packages
 * ask for: the dyno's are others.
 */
const OF_THIS_MACHINE = new RegExp(
  [
    'ENOTFOUND',
    'ECONNREFUSED',
    'ECONNRESET',
    'EAI_AGAIN',
    'ETIMEDOUT',
    'ENETUNREACH',
    'EHOSTUNREACH',
    'ENOTCACHED',
    'ENOSPC',
    'EACCES',
    'EPERM',
    'EBADPLATFORM',
    'EBADENGINE',
    'E401',
    'E403',
    'E5\\d\\d',
    'CERT_\\w+',
    'UNABLE_TO_\\w+',
    'ERR_SOCKET_TIMEOUT',
    'ERR_PNPM_(?:FETCH_(?:40[13]|5\\d\\d)|META_FETCH_FAIL|UNSUPPORTED_ENGINE|NO_OFFLINE_\\w+)',
    'RequestError',
  ].join('|'),
)

/** A failure's own lines: a warning of npm can hold the same codes. */
const isOfThisMachine = (output: string) =>
  output
    .split('\n')
    .some((line) => !/\b(warn|warning|WARN)\b/.test(line) && OF_THIS_MACHINE.test(line))
