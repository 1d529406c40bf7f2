/** Who may call this platform, and how often. */
import type { RequestHandler } from 'express'
import { createHmac } from 'node:crypto'
import { monotonic } from '../../lib/monotonic.js'
import { isSameSecret } from '../../lib/same-secret.js'
import { ApiError } from './api-error.js'

/**
 * Whether a Host header names this machine: a page of another site that has its name resolve to
 * 127.0.0.1 (DNS rebinding) does not.
 */
export function isLoopbackHost(host: string | undefined): boolean {
  if (!host) return false
  const name = host.replace(/:\d+$/, '').toLowerCase()
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '[::1]' ||
    /^127(\.\d{1,3}){3}$/.test(name)
  )
}

export const loopbackOnly: RequestHandler = (request, _response, next) => {
  if (!isLoopbackHost(request.headers.host))
    throw new ApiError(403, 'forbidden', 'This platform answers only to loopback names.')
  next()
}

/**
 * The token of `Authorization: Bearer TOKEN`, or the password of Basic with any user, as Heroku
 * takes them.
 */
export function tokenOf(header: string | undefined): string | undefined {
  const [, scheme, value] = /^(\w+)\s+(\S+)$/.exec(header ?? '') ?? []
  if (scheme === undefined || value === undefined) return undefined
  if (scheme.toLowerCase() === 'bearer') return value
  if (scheme.toLowerCase() !== 'basic') return undefined
  const credentials = Buffer.from(value, 'base64').toString('utf8')
  const colon = credentials.indexOf(':')
  return colon < 0 ? undefined : credentials.slice(colon + 1)
}

export function authorised(
  token: string,
  others: () => readonly string[] = () => [],
): RequestHandler {
  return (request, response, next) => {
    const given = tokenOf(request.headers.authorization)
    if (given === undefined || ![token, ...others()].some((one) => isSameSecret(given, one))) {
      response.setHeader('WWW-Authenticate', 'Basic realm="shipit local"')
      throw new ApiError(401, 'unauthorized', 'Invalid credentials provided.')
    }
    next()
  }
}

/**
 * Makes a path readable for who was given it and for nobody else, without a table to keep: it
 * carries a signature by the token.
 */
export const signatureOf = (path: string, token: string): string =>
  createHmac('sha256', token).update(path).digest('hex')

/**
 * Calls that Heroku allows an account in an hour
 * (devcenter.heroku.com/articles/platform-api-reference#rate-limits).
 */

const CALLS_AN_HOUR = 4_500

/**
 * What RateLimit-Remaining would say on Heroku: a bucket that refills by 75 a minute. A rehearsal
 * is never refused for it, so that a user sees how near a script comes to the limit without being
 * stopped by it.
 */
export class RateLimit {
  private tokens = CALLS_AN_HOUR
  private countedAt = monotonic()

  /** Calls left now; asking costs none. */
  get remaining(): number {
    const now = monotonic()
    this.tokens = Math.min(
      CALLS_AN_HOUR,
      this.tokens + ((now - this.countedAt) * CALLS_AN_HOUR) / 3_600_000,
    )
    this.countedAt = now
    return Math.floor(this.tokens)
  }

  take(): number {
    const left = Math.max(0, this.remaining - 1)
    this.tokens = Math.max(0, this.tokens - 1)
    return left
  }
}
