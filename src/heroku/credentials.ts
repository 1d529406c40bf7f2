import { existsSync } from 'node:fs'
import { chmod, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { ShipitError } from '../errors.js'

export interface Credentials {
  token: string
  /** For messages: HEROKU_API_KEY, ~/.netrc, heroku auth:token. */
  source: string
}

/** ms that `heroku auth:token` may take: it needs one to two seconds, longer while it updates itself. */
const CLI_TIMEOUT = 20_000

function netrcFile(env: NodeJS.ProcessEnv): string {
  const file = path.join(env.HOME ?? env.USERPROFILE ?? os.homedir(), process.platform === 'win32' ? '_netrc' : '.netrc')
  return existsSync(`${file}.gpg`) ? `${file}.gpg` : file
}

async function fromNetrc(apiHost: string, env: NodeJS.ProcessEnv): Promise<Credentials | undefined> {
  const file = netrcFile(env)
  if (!existsSync(file)) return undefined
  const { Netrc } = await import('netrc-parser')
  const netrc = new Netrc(file)
  try {
    await netrc.load()
  } catch (error) {
    throw new ShipitError('auth', {
      message: `${file} could not be read.`, why: (error as Error).message.split('\n')[0],
      next: 'Put it right, or set HEROKU_API_KEY.', cause: error,
    })
  }
  const token = netrc.machines[apiHost]?.password
  return token ? { token, source: `~/${path.basename(file)}` } : undefined
}

async function fromCli(env: NodeJS.ProcessEnv): Promise<Credentials | undefined> {
  const { execa } = await import('execa')
  const { exitCode, stdout } = await execa('heroku', ['auth:token'], {
    env, extendEnv: false, reject: false, stdin: 'ignore', stderr: 'ignore', timeout: CLI_TIMEOUT, forceKillAfterDelay: 2000,
  })
  const token = exitCode === 0 ? String(stdout ?? '').trim() : ''
  return token && !/\s/.test(token) ? { token, source: 'heroku auth:token' } : undefined
}

/** The token for an API host: HEROKU_API_KEY, then netrc, then the official CLI where it is on PATH. Throws ShipitError `auth` where there is none. */
export async function findCredentials(apiHost: string, env: NodeJS.ProcessEnv): Promise<Credentials> {
  const key = env.HEROKU_API_KEY?.trim()
  if (key) return { token: key, source: 'HEROKU_API_KEY' }
  const found = (await fromNetrc(apiHost, env)) ?? (await fromCli(env))
  if (found) return found
  throw new ShipitError('auth', {
    message: `You are not logged in to ${apiHost}.`,
    why: 'HEROKU_API_KEY is not set, ~/.netrc has no entry for this host, and `heroku auth:token` gave no token.',
    next: 'Run `shipit login`, or set HEROKU_API_KEY to a token (`heroku authorizations:create` makes one). To rehearse without an account: --local.',
  })
}

/** Where the token of `login` is kept: the file that the official CLI reads too. */
const homeNetrc = (env: NodeJS.ProcessEnv) => path.join(env.HOME ?? env.USERPROFILE ?? os.homedir(), process.platform === 'win32' ? '_netrc' : '.netrc')

async function openNetrc(env: NodeJS.ProcessEnv) {
  const file = netrcFile(env)
  if (file.endsWith('.gpg')) {
    throw new ShipitError('auth', { message: `${file} is encrypted: shipit reads it, and does not write it.`, next: 'Run `heroku login`, or set HEROKU_API_KEY.' })
  }
  const { Netrc } = await import('netrc-parser')
  const netrc = new Netrc(file)
  try {
    await netrc.load()
  } catch (error) {
    throw new ShipitError('auth', { message: `${file} could not be read.`, why: (error as Error).message.split('\n')[0], next: 'Put it right.', cause: error })
  }
  return { file, netrc }
}

/** Keeps a token for hosts in ~/.netrc, readable by its owner alone; the other entries stay. Returns the file's name as people write it. */
export async function saveCredentials(hosts: readonly string[], login: string, token: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { file, netrc } = await openNetrc(env)
  for (const host of hosts) netrc.machines[host] = { login, password: token }
  // An empty one first, so that the token is never in a file that others may read.
  await writeFile(file, '', { mode: 0o600, flag: 'a' })
  await chmod(file, 0o600)
  await netrc.save()
  return `~/${path.basename(homeNetrc(env))}`
}

/** Removes the entries of hosts from ~/.netrc; false where there were none. */
export async function dropCredentials(hosts: readonly string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  if (!existsSync(netrcFile(env))) return false
  const { netrc } = await openNetrc(env)
  const own = hosts.filter((host) => netrc.machines[host] !== undefined)
  for (const host of own) delete netrc.machines[host]
  if (own.length > 0) await netrc.save()
  return own.length > 0
}
