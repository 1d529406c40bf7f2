/** ~/.netrc, where a login's token is kept: the official CLI reads and writes the same entries. */
import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ShipitError } from '../errors.js'
import type { Credentials } from './credential-store.js'

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
export async function tokenInNetrc(
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
export async function saveCredentials(
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
export async function dropCredentials(
  hosts: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<boolean> {
  const file = netrcFile(env)
  if (!existsSync(file)) return false
  refuseEncrypted(file)
  const netrc = await openNetrc(file)
  const own = hosts.filter((host) => netrc.machines[host] !== undefined)
  for (const host of own) delete netrc.machines[host]
  if (own.length > 0) await netrc.save()
  return own.length > 0
}
