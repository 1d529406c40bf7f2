import { randomBytes } from 'node:crypto'
import type { Request, RequestHandler } from 'express'
import { isSameSecret } from '../lib/same-secret.js'
import { Refusal } from './refusal.js'

const BYTES = 32

/**
 * Who may speak to the dashboard: the browser that was given the first URL, from the dashboard's own
 * page. A page of another site, of another port of this machine, or of a name that was made to
 * resolve to 127.0.0.1 (DNS rebinding) is told nothing.
 */
export class Access {
  /** In the URL that is printed. */
  readonly token = randomBytes(BYTES).toString('base64url')
  /** In the cookie: a URL that was looked at later is no session. */
  private readonly session = randomBytes(BYTES).toString('base64url')

  constructor(private readonly port: number) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}/?token=${this.token}`
  }

  /** Ports of one host share their cookies: each has a name of its own. */
  get cookieName(): string {
    return `shipit_dashboard_${this.port}`
  }

  /** Refuses what comes from anywhere else than this server's own page, or from a typed address. */
  readonly fromHere: RequestHandler = (request, _response, next) => {
    const { host = '', origin } = request.headers
    if (!this.hosts.includes(host))
      throw new Refusal(403, 'The dashboard answers to 127.0.0.1 and localhost alone.')
    if (origin !== undefined && origin !== `http://${host}`)
      throw new Refusal(403, 'The dashboard answers to its own page alone.')
    const site = request.headers['sec-fetch-site']
    if (site !== undefined && site !== 'same-origin' && site !== 'none')
      throw new Refusal(403, 'The dashboard answers to its own page alone.')
    if (request.method !== 'POST') return next()
    if (origin === undefined) throw new Refusal(403, 'A change must say which page it comes from.')
    if (!/^application\/json\s*(?:;|$)/i.test(request.headers['content-type'] ?? ''))
      throw new Refusal(415, 'A change must be JSON.')
    next()
  }

  /** Trades the token of the first URL for the cookie, and takes it out of the address at once. */
  readonly login: RequestHandler = (request, response, next) => {
    if (request.method !== 'GET' || request.path !== '/' || !('token' in request.query))
      return next()
    const { token } = request.query
    if (typeof token !== 'string' || !isSameSecret(token, this.token)) throw notInvited()
    response.setHeader(
      'Set-Cookie',
      `${this.cookieName}=${this.session}; HttpOnly; SameSite=Strict; Path=/`,
    )
    response.redirect(303, '/')
  }

  readonly invited: RequestHandler = (request, _response, next) => {
    const given = cookieOf(request, this.cookieName)
    if (given === undefined || !isSameSecret(given, this.session)) throw notInvited()
    next()
  }

  private get hosts(): string[] {
    return [`127.0.0.1:${this.port}`, `localhost:${this.port}`]
  }
}

const notInvited = () =>
  new Refusal(
    401,
    'This browser was not invited to the dashboard.',
    'Open the address that `shipit dashboard` has printed, with its token.',
  )

function cookieOf(request: Request, name: string): string | undefined {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const at = part.indexOf('=')
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim()
  }
  return undefined
}
