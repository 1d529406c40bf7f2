import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ShipitError } from '../errors.js'
import { withoutKeys } from '../lib/child-environment.js'
import type { Credentials } from './credential-store.js'

/**
 * ms that `heroku auth:token` may take: it needs one to two seconds, longer while it updates
 * itself.
 */
const CLI_TIMEOUT = 20_000

async function fromCli(env: NodeJS.ProcessEnv): Promise<Credentials | undefined> {
  const { execa } = await import('execa')
  const { exitCode, stdout } = await execa('heroku', ['auth:token'], {
    // Its own login is asked for: with HEROKU_API_KEY it would say that one again.
    env: withoutKeys(env),
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    stderr: 'ignore',
    timeout: CLI_TIMEOUT,
    forceKillAfterDelay: 2000,
  })
  const token = exitCode === 0 ? String(stdout ?? '').trim() : ''
  return token && !/\s/.test(token) ? { token, source: 'heroku auth:token' } : undefined
}

/** Read when it is needed: with a key in the environment it is not. */
const credentialStore = () => import('./credential-store.js')

/**
 * One place where a token may be: asked only when those before it have none, or one that the
 * platform refuses.
 */
type Source = () => Promise<Credentials | undefined>

const sources = (apiHost: string, env: NodeJS.ProcessEnv): Source[] => [
  async () => {
    const key = env.HEROKU_API_KEY?.trim()
    return key ? { token: key, source: 'HEROKU_API_KEY' } : undefined
  },
  async () => (await credentialStore()).tokenInStore(env),
  () => tokenInNetrc(apiHost, env),
  () => fromCli(env),
]

/**
 * The tokens that there are, each once, best first: the next is looked for when the one before was
 * refused.
 */
class TokenSearch {
  private readonly left: Source[]
  private readonly seen = new Set<string>()

  constructor(apiHost: string, env: NodeJS.ProcessEnv) {
    this.left = sources(apiHost, env)
  }

  /** Undefined if there is no other. */
  async next(): Promise<Credentials | undefined> {
    for (let source = this.left.shift(); source; source = this.left.shift()) {
      const found = await source()
      if (!found || this.seen.has(found.token)) continue
      this.seen.add(found.token)
      return found
    }
    return undefined
  }
}

/**
 * The token for an API host: HEROKU_API_KEY, then the system's credential store as Heroku's CLI
 * uses it, then netrc, then that CLI itself if it is on PATH; and where to look for others.
 * Throws ShipitError `auth` if there is none.
 */
export async function findCredentials(
  apiHost: string,
  env: NodeJS.ProcessEnv,
): Promise<Credentials & { others: TokenSearch }> {
  const others = new TokenSearch(apiHost, env)
  const found = await others.next()
  if (found) return { ...found, others }
  throw new ShipitError('auth', {
    message: `You are not logged in to ${apiHost}.`,
    why:
      "HEROKU_API_KEY is not set, neither the system's credential store nor ~/.netrc has an " +
      'entry, and `heroku auth:token` gave no token.',
    next:
      'Run `shipit login`, or set HEROKU_API_KEY to a token (`heroku authorizations:create` ' +
      'makes one). To rehearse without an account: --local.',
  })
}

/** ~/.netrc, where a login's token is kept: the official CLI reads and writes the same entries. */

function netrcFile(env: NodeJS.ProcessEnv): string {
  const file = path.join(
    env.HOME ?? env.USERPROFILE ?? os.homedir(),
    process.platform === 'win32' ? '_netrc' : '.netrc',
  )
  return existsSync(`${file}.gpg`) ? `${file}.gpg` : file
}

const spoken = (file: string) => `~/${path.basename(file)}`

async function openNetrc(file: string) {
  const { Netrc } = await import('netrc-parser')
  const netrc = new Netrc(file)
  try {
    await netrc.load()
  } catch (error) {
    throw new ShipitError('auth', {
      message: `${file} could not be read.`,
      why: (error as Error).message.split('\n')[0],
      next: 'Put it right, or set HEROKU_API_KEY.',
      cause: error,
    })
  }
  return netrc
}

/**
 * The token for an API host; undefined if there is none. Throws ShipitError `auth` for a file that
 * cannot be read.
 */
async function tokenInNetrc(
  apiHost: string,
  env: NodeJS.ProcessEnv,
): Promise<Credentials | undefined> {
  const file = netrcFile(env)
  if (!existsSync(file)) return undefined
  const token = (await openNetrc(file)).machines[apiHost]?.password
  return token ? { token, source: spoken(file) } : undefined
}

function refuseEncrypted(file: string): void {
  if (!file.endsWith('.gpg')) return
  throw new ShipitError('auth', {
    message: `${file} is encrypted: shipit reads it, and does not write it.`,
    next: 'Run `heroku login`, or set HEROKU_API_KEY.',
  })
}

/**
 * Keeps a token for hosts, readable by its owner alone; the other entries stay. Returns the file's
 * name as people write it.
 */
async function saveCredentials(
  hosts: readonly string[],
  login: string,
  token: string,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const file = netrcFile(env)
  refuseEncrypted(file)
  const netrc = await openNetrc(file)
  for (const host of hosts) netrc.machines[host] = { login, password: token }
  // An empty one first, so that the token is never in a file that others may read.
  writeFileSync(file, '', { mode: 0o600, flag: 'a' })
  chmodSync(file, 0o600)
  await netrc.save()
  return spoken(file)
}

/** Removes the entries of hosts; false if there were none. */
async function dropCredentials(hosts: readonly string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  const file = netrcFile(env)
  if (!existsSync(file)) return false
  refuseEncrypted(file)
  const netrc = await openNetrc(file)
  const own = hosts.filter((host) => netrc.machines[host] !== undefined)
  for (const host of own) delete netrc.machines[host]
  if (own.length > 0) await netrc.save()
  return own.length > 0
}

/**
 * Keeps a login where Heroku's own CLI of this system finds it: the credential store, else
 * ~/.netrc. Answers with the place as people call it.
 */
export async function saveLogin(
  hosts: readonly string[],
  account: string,
  token: string,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const store = await (await credentialStore()).saveInStore(account, token, env)
  return store ?? (await saveCredentials(hosts, account, token, env))
}

/**
 * Forgets the login in both places, the second also if the first fails; whether there was one.
 * Throws ShipitError `auth` if one stays behind.
 */
export async function dropLogin(
  hosts: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<boolean> {
  const wasInNetrc = await dropCredentials(hosts, env)
  return (await (await credentialStore()).dropFromStore(env)) || wasInNetrc
}
