import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** devcenter.heroku.com/articles/http-request-id: a client's id is kept when it looks like one. */
const REQUEST_ID = /^[A-Za-z0-9\-_+=/]{20,200}$/
const VIA = '1.1 vegur'

export interface Origin {
  requestId: string
  forwardedFor: string
  /** Milliseconds since the epoch. */
  receivedAt: number
  /** The router's own port. */
  port: number
}

/** RFC 9110, 7.6.1: of one connection only. Transfer-Encoding is node's to write anew. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'te', 'transfer-encoding', 'upgrade'])
const SET_BY_ROUTER = new Set(['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-port', 'x-request-id', 'x-request-start', 'via'])

export function originOf(request: IncomingMessage, port: number): Origin {
  const given = request.headers['x-request-id']
  const client = clientAddress(request)
  const before = request.headers['x-forwarded-for']
  return {
    requestId: typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID(),
    forwardedFor: before ? `${String(before)}, ${client}` : client,
    receivedAt: Date.now(),
    port,
  }
}

/**
 * Raw headers for the dyno, in the client's order and case. The connection to the dyno serves this one request; `upgrade` keeps what asks for
 * another protocol. Written as raw pairs, because node adds none of its own to them.
 */
export function requestHeaders(request: IncomingMessage, origin: Origin, upgrade = false): string[] {
  const headers = endToEnd(request.rawHeaders, request.headers.connection, (name) => SET_BY_ROUTER.has(name))
  if (upgrade) headers.push('Connection', 'Upgrade', 'Upgrade', request.headers.upgrade ?? '')
  else headers.push('Connection', 'close')
  if (request.headers['transfer-encoding'] !== undefined) headers.push('Transfer-Encoding', 'chunked')
  else if (request.headers['content-length'] === undefined && !isBodiless(request.method)) headers.push('Content-Length', '0')
  const via = request.headers.via
  headers.push(
    'X-Forwarded-For', origin.forwardedFor, 'X-Forwarded-Proto', 'http', 'X-Forwarded-Port', String(origin.port),
    'X-Request-Id', origin.requestId, 'X-Request-Start', String(origin.receivedAt), 'Via', via ? `${via}, ${VIA}` : VIA,
  )
  return headers
}

/** Raw headers for the client. Framing and keep-alive are node's. */
export function responseHeaders(response: IncomingMessage): string[] {
  return [...endToEnd(response.rawHeaders, response.headers.connection), 'Via', VIA]
}

function endToEnd(raw: string[], connection: string | undefined, isDropped: (name: string) => boolean = () => false): string[] {
  const named = connection ? connection.toLowerCase().split(',').map((token) => token.trim()) : []
  const kept: string[] = []
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase()
    if (HOP_BY_HOP.has(name) || isDropped(name) || (named.length > 0 && named.includes(name))) continue
    kept.push(raw[i]!, raw[i + 1]!)
  }
  return kept
}

/** Node frames these without a body by itself; to all others it would add `Transfer-Encoding: chunked`. */
const isBodiless = (method: string | undefined) => ['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE'].includes(method ?? '')

function clientAddress(request: IncomingMessage): string {
  const address = request.socket.remoteAddress ?? ''
  return address === '::1' ? '127.0.0.1' : address.replace(/^::ffff:/, '')
}
