/** What is wrong if no answer came, or none that is of the API. */
import { ShipitError } from '../errors.js'
import { proxyFor } from './proxy.js'
import type { Endpoint } from './endpoint.js'
import { hostOf, headOf } from './errors.js'

const REASONS: Record<string, string> = {
  ENOTFOUND: 'its name could not be found (DNS)',
  EAI_AGAIN: 'its name could not be looked up (DNS)',
  ECONNREFUSED: 'nothing accepts connections there',
  ECONNRESET: 'the connection broke',
  EPIPE: 'the connection broke',
  ETIMEDOUT: 'no answer came in time',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
}

const isCertificateFault = (code: string) =>
  /^(CERT_|ERR_TLS_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_SSL_|EPROTO)/.test(code)

/** What a clock that is far off makes of every certificate. */
const isOfDates = (code: string) => /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/.test(code)

/** What refuses to tunnel, in tunnel-agent's words. */
const refusedBy = (text: string) =>
  /tunneling socket could not be established, statusCode=(\d+)/.exec(text)?.[1]

/** Why there is no tunnel to ask for, in tunnel-agent's words. */
const proxyFault = (text: string) =>
  /^tunneling socket could not be established(?:, cause=(.*))?/.exec(text)?.slice(1).join('')

function reasonFor(code: string, text: string): string {
  if (isOfDates(code))
    return (
      `its TLS certificate ${code === 'CERT_HAS_EXPIRED' ? 'has expired' : 'is not valid yet'}, ` +
      `by this machine's clock (${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC)`
    )
  if (isCertificateFault(code)) return `its certificate or TLS was not accepted (${code})`
  const status = refusedBy(text)
  if (status !== undefined)
    return `the proxy answered ${status}${status === '407' ? ' and wants a user and password' : ''}`
  const cause = proxyFault(text)
  if (cause !== undefined)
    return cause === '' || cause.includes('ECONNREFUSED')
      ? 'nothing accepts connections at the proxy'
      : `the proxy cannot be used: ${cause}`
  return REASONS[code] ?? text
}

function whatToCheck(code: string, text: string, proxy: URL | undefined): string {
  if (isOfDates(code))
    return (
      'Check the date and time of this machine. If they are right, the certificate of the host ' +
      'or of a proxy on the way must be renewed.'
    )
  if (isCertificateFault(code) || /certificate/.test(proxyFault(text) ?? ''))
    return 'Behind a company proxy, name its certificate by SSL_CERT_FILE or NODE_EXTRA_CA_CERTS.'
  if (refusedBy(text) === '407')
    return "Write them into the proxy's address: HTTPS_PROXY=http://user:password@host:port"
  if (proxy)
    return (
      'Check the proxy that HTTPS_PROXY (or HEROKU_HTTP_PROXY_HOST) names; NO_PROXY exempts ' +
      'hosts from it.'
    )
  return 'Check the network (and HTTPS_PROXY, HEROKU_HOST where they are set), then try again.'
}

const partsOf = (error: unknown) => ({
  code:
    (error as NodeJS.ErrnoException)?.code ??
    (error as { cause?: NodeJS.ErrnoException })?.cause?.code ??
    '',
  text: error instanceof Error ? error.message : String(error),
})

/** Why a connection failed, as the end of a sentence. */
export function reasonOf(error: unknown): string {
  const { code, text } = partsOf(error)
  return reasonFor(code, text)
}

/**
 * An answer that is none of the Platform API's: of something on the way, or of a platform that has
 * changed. @param wrong as `misfit` words it
 */
export function misfitError(
  wrong: string,
  endpoint: Pick<Endpoint, 'apiUrl' | 'label'>,
  { method, path }: { method: string; path: string },
): ShipitError {
  return new ShipitError('network', {
    message:
      `${headOf(endpoint)} (${hostOf(endpoint)}) answered ${method} ${path} with something else ` +
      `than the Platform API documents: ${wrong}.`,
    why: method === 'GET' ? undefined : 'The change may or may not have been made.',
    next:
      `${method === 'GET' ? '' : 'Look at the app before you try again (shipit releases, shipit ps). '}Check ` +
      `that ${hostOf(endpoint)} is the platform, and that no proxy on the way answers in its ` +
      'place.',
    details: { host: hostOf(endpoint) },
  })
}

/**
 * A broken, refused or silent connection as the error that a user reads. `mayHaveActed`: the
 * request may have reached the platform.
 */
export function connectionError(
  error: unknown,
  endpoint: Pick<Endpoint, 'apiUrl' | 'label'>,
  request: { method: string; path: string; mayHaveActed: boolean },
): ShipitError {
  const { code, text } = partsOf(error)
  const proxy = proxyFor(endpoint.apiUrl)
  const isChange = request.method !== 'GET' && request.mayHaveActed
  return new ShipitError('network', {
    message:
      `${headOf(endpoint)} at ${hostOf(endpoint)} could not be ` +
      `reached${proxy ? ` through the proxy ${proxy.host}` : ''} or did not answer in full: ` +
      `${reasonFor(code, text)}.`,
    why: isChange
      ? `${request.method} ${request.path} was under way, and shipit does not send a change ` +
        'twice: it may or may not have been made.'
      : undefined,
    next:
      isChange && !isCertificateFault(code)
        ? 'Look at the app before you try again (shipit releases, shipit ps).'
        : whatToCheck(code, text, proxy),
    details: { host: hostOf(endpoint), ...(code ? { reason: code } : {}) },
    cause: error,
  })
}
