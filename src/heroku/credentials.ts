import { ShipitError } from '../errors.js'
import { tokenInNetrc } from './netrc.js'

export interface Credentials {
  token: string
  /** For messages: HEROKU_API_KEY, ~/.netrc, heroku auth:token. */
  source: string
}

/** ms that `heroku auth:token` may take: it needs one to two seconds, longer while it updates itself. */
const CLI_TIMEOUT = 20_000

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
  const found = (await tokenInNetrc(apiHost, env)) ?? (await fromCli(env))
  if (found) return found
  throw new ShipitError('auth', {
    message: `You are not logged in to ${apiHost}.`,
    why: 'HEROKU_API_KEY is not set, ~/.netrc has no entry for this host, and `heroku auth:token` gave no token.',
    next: 'Run `shipit login`, or set HEROKU_API_KEY to a token (`heroku authorizations:create` makes one). To rehearse without an account: --local.',
  })
}
