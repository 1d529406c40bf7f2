import { ShipitError } from '../errors.js'
import { isLoopback } from '../lib/loopback.js'
import { findCredentials } from './credentials.js'
import { checkCertificates } from './trust.js'

/**
 * Where a platform is and how to speak to it. `--local` gives one of these and is known nowhere
 * else.
 */
export interface Endpoint {
  /** Base URL of the Platform API, without a slash at the end: https://api.heroku.com */
  apiUrl: string
  /** Base URL for git; `<gitUrl>/<app>.git` is an app's repository: https://git.heroku.com */
  gitUrl: string
  /** Bearer token. Never print it, never put it on argv. */
  token: string
  /**
   * Where the token came from, for messages: HEROKU_API_KEY, ~/.netrc, heroku auth:token, the
   * embedded Heroku.
   */
  tokenSource: string
  /** Looks for another token once this one was refused; absent if there can be none. */
  otherToken?: () => Promise<{ token: string; source: string } | undefined>
  /** Told when another source's token takes the place of a refused one. */
  onOtherToken?: (refused: string, taken: string) => void
  /**
   * What a user calls this platform in a sentence: "Heroku" or "the embedded Heroku". For sentences
   * only, never for a decision.
   */
  label: string
  /**
   * ms from a release until preboot switches requests to it, if a platform says so; else it is
   * as Heroku documents it.
   */
  prebootSwitch?: number
}

/** Hosts that a token may be sent to, as the official CLI limits them. */
const HEROKU_DOMAINS = ['heroku.com', 'herokai.com', 'herokuspace.com', 'herokudev.com']

const isHeroku = (host: string) =>
  HEROKU_DOMAINS.some((domain) => host === domain || host.endsWith(`.${domain}`))

/**
 * A variable's value as a base URL: used whole when it begins with http, otherwise
 * `https://<prefix><value>`.
 * @param isPlain whether a name of this machine without a scheme is asked over http
 */
function baseUrl(variable: string, value: string, prefix: string, isPlain = false): URL {
  const isWhole = /^https?:\/\//.test(value)
  let url: URL
  try {
    url = new URL(isWhole ? value : `https://${prefix}${value}`)
    if (!isWhole && isPlain && isLoopback(url.hostname)) url = new URL(`http://${prefix}${value}`)
  } catch (error) {
    throw new ShipitError('usage', {
      message: `${variable} is neither a host name nor a URL: ${value}`,
      next: `unset ${variable}`,
      cause: error,
    })
  }
  const isSafe = isLoopback(url.hostname) || (isHeroku(url.hostname) && url.protocol === 'https:')
  if (!isSafe) {
    throw new ShipitError('usage', {
      message: `${variable} names a host that shipit sends no token to: ${url.origin}`,
      why:
        `Only https to ${HEROKU_DOMAINS.join(', ')} and the loopback are Heroku's, as in ` +
        "Heroku's own CLI.",
      next: `unset ${variable}`,
    })
  }
  return url
}

const trimmed = (url: URL) => `${url.origin}${url.pathname.replace(/\/+$/, '')}`

/**
 * Where HEROKU_HOST and HEROKU_GIT_HOST say that the platform is, as the official CLI reads them.
 * That one puts https:// before every HEROKU_GIT_HOST, so
 * `shipit local env` names the host alone: beside an API on this machine over http, git is there
 * over http too.
 */
export function platformUrls(env: NodeJS.ProcessEnv): {
  apiUrl: string
  gitUrl: string
  apiHost: string
} {
  const host = env.HEROKU_HOST?.trim() || 'heroku.com'
  const api = baseUrl('HEROKU_HOST', host, 'api.')
  const gitHost = env.HEROKU_GIT_HOST?.trim()
  const git = gitHost
    ? baseUrl('HEROKU_GIT_HOST', gitHost, '', api.protocol === 'http:')
    : baseUrl('HEROKU_HOST', host, 'git.')
  return { apiUrl: trimmed(api), gitUrl: trimmed(git), apiHost: api.host }
}

/**
 * The platform to work against. `local` starts the embedded Heroku if it is not running; otherwise
 * HEROKU_HOST, HEROKU_GIT_HOST and the credentials decide. Throws ShipitError `auth` without a
 * token, `usage` for a host that cannot be used, `local` where the embedded one does not start.
 */
export async function resolveEndpoint({
  local,
  env = process.env,
}: {
  local: boolean
  env?: NodeJS.ProcessEnv
}): Promise<Endpoint> {
  if (local) {
    const { ensureLocal } = await import('../embedded/daemon/index.js')
    const { apiUrl, gitUrl, token, preboot_switch: prebootSwitch } = await ensureLocal()
    return {
      apiUrl,
      gitUrl,
      token,
      tokenSource: 'the embedded Heroku',
      label: 'the embedded Heroku',
      prebootSwitch,
    }
  }
  const { apiUrl, gitUrl, apiHost } = platformUrls(env)
  checkCertificates(env)
  const { token, source, others } = await findCredentials(apiHost, env)
  return {
    apiUrl,
    gitUrl,
    token,
    tokenSource: source,
    label: 'Heroku',
    otherToken: () => others.next(),
  }
}
