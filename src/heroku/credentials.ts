import { withoutKeys } from '../lib/child-environment.js'
import { ShipitError } from '../errors.js'
import { tokenInStore, type Credentials } from './credential-store.js'
import { tokenInNetrc } from './netrc.js'

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
  () => tokenInStore(env),
  () => tokenInNetrc(apiHost, env),
  () => fromCli(env),
]

/**
 * The tokens that there are, each once, best first: the next is looked for when the one before was
 * refused.
 */
export class TokenSearch {
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
