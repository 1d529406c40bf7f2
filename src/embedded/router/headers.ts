import { randomUUID } from 'node:crypto'
import type { Client } from './client.js'
import { LIMITS } from './limits.js'

/** devcenter.heroku.com/articles/http-request-id: a client's id is kept when it looks like one. */
const REQUEST_ID = /^[A-Za-z0-9\-_+=/]{20,200}$/

export interface Origin {
  requestId: string
  forwardedFor: string
  /** Milliseconds since the epoch. */
  receivedAt: number
}

/**
 * A request that Heroku's router answers with 400, or 417
 * (devcenter.heroku.com/articles/http-routing#http-validation-and-restrictions).
 */
export class BadRequest extends Error {
  constructor(
    message: string,
    readonly status = 400,
  ) {
    super(message)
  }
}

/** RFC 9110, 7.6.1: of one connection only. Framing is written anew on each side. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
])
const SET_BY_ROUTER = new Set([
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-request-id',
  'x-request-start',
  'via',
  'host',
  'expect',
])
/**
 * For all recipients, whatever Connection says: "a sender MUST NOT" name them there (RFC 9110,
 * 7.6.1).
 */
const END_TO_END = new Set([
  'content-length',
  'content-type',
  'content-encoding',
  'content-range',
  'host',
  'cache-control',
  'authorization',
  'cookie',
  'set-cookie',
  'location',
  'date',
  'range',
  'trailer',
  'expect',
  'vary',
  'etag',
  'server',
  'via',
  'age',
  'www-authenticate',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-request-id',
  'x-request-start',
])
/** What a trailer cannot say: RFC 9110, 6.5.1. */
const NEVER_TRAILERS = new Set([
  'content-length',
  'host',
  'trailer',
  'content-type',
  'content-encoding',
  'authorization',
  'set-cookie',
  'cookie',
  'expect',
  'via',
  ...HOP_BY_HOP,
])

/**
 * The code name that the router has in Via, and what it says of itself if the app says nothing
 * (blog.heroku.com/tips-tricks-router-2dot0-migration).
 */
export interface RouterName {
  via: string
  server: string
}

export interface RequestHead {
  /** For the dyno, up to the empty line; the connection's own headers are yet to be added. */
  lines: string
  origin: Origin
  /** How the body is framed towards the dyno: a number of bytes, or in chunks. */
  framing: number | 'chunked'
  expectsContinue: boolean
  /** The client's own key for a request that may be repeated. */
  isIdempotent: boolean
}

/**
 * Checks a request against Heroku's limits and writes its head for the dyno, in the client's order
 * and case. Throws {@link BadRequest}.
 */
export function requestHead(
  client: Client,
  { via, passesExpect }: { via: string; passesExpect: boolean },
): RequestHead {
  const { method, path, headers } = client
  if (method.length + path.length + ' HTTP/1.1 '.length > LIMITS.requestLine)
    throw new BadRequest('The request line is too long.')
  if (headers.length > 2 * LIMITS.requestHeaders)
    throw new BadRequest('There are too many headers.')
  if (client.protocol === '2.0' && !isPrintable(path))
    throw new BadRequest('The path holds a control character.')
  const dropped = connectionOptions(headers)
  let lines = `${method} ${path} HTTP/1.1\r\nHost: ${client.host ?? ''}\r\n`
  let hosts = 0
  let forwarded = ''
  let vias = ''
  let requestId: string | undefined
  let expect: string | undefined
  let length: string | undefined
  let coding: string | undefined
  let isIdempotent = false
  for (let i = 0; i < headers.length; i += 2) {
    const given = headers[i]!
    const value = headers[i + 1]!
    if (given.length > LIMITS.headerName || given.length + value.length + 2 > LIMITS.requestHeader)
      throw new BadRequest('A header is too long.')
    const name = given.toLowerCase()
    switch (name) {
      case 'host':
        hosts++
        break
      case 'x-forwarded-for':
        forwarded += `${value}, `
        break
      case 'via':
        vias += `${value}, `
        break
      case 'x-request-id':
        requestId = value
        break
      case 'expect':
        expect = value
        break
      case 'content-length':
        length = value
        break
      case 'transfer-encoding':
        coding = coding === undefined ? value : `${coding}, ${value}`
        break
      case 'idempotency-key':
      case 'x-idempotency-key':
        isIdempotent = true
        break
    }
    if (HOP_BY_HOP.has(name) || SET_BY_ROUTER.has(name) || dropped?.has(name)) continue
    if (name === 'content-length') continue
    lines += `${given}: ${value}\r\n`
  }
  if (hosts > 1) throw new BadRequest('There is more than one Host header.')
  if (client.host === undefined) throw new BadRequest('There is no Host header.')
  if (coding !== undefined && coding.toLowerCase() !== 'chunked')
    throw new BadRequest('The only transfer coding that is taken is chunked.')
  if (expect !== undefined && expect.toLowerCase() !== '100-continue')
    throw new BadRequest('The only expectation that is taken is 100-continue.', 417)
  const framing =
    coding !== undefined || (client.hasBody && length === undefined)
      ? 'chunked'
      : Number(length ?? 0)
  if (framing === 'chunked') lines += 'Transfer-Encoding: chunked\r\n'
  else if (length !== undefined || !isBodiless(method)) lines += `Content-Length: ${framing}\r\n`
  if (expect !== undefined && passesExpect) lines += `Expect: ${expect}\r\n`
  const origin: Origin = {
    requestId: requestId !== undefined && REQUEST_ID.test(requestId) ? requestId : randomUUID(),
    forwardedFor: forwarded + client.address,
    receivedAt: Date.now(),
  }
  lines +=
    `X-Forwarded-For: ${origin.forwardedFor}\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Port: ` +
    `${client.port}\r\n` +
    (`X-Request-Id: ${origin.requestId}\r\nX-Request-Start: ${origin.receivedAt}\r\nVia: ` +
      `${vias}${via}\r\n`)
  return {
    lines,
    origin,
    framing,
    expectsContinue: expect !== undefined,
    isIdempotent: isIdempotent || isSafe(method),
  }
}

/** Of an informational answer: as the app gave them. */
export function endToEndHeaders(raw: readonly string[]): string[] {
  const dropped = connectionOptions(raw)
  return raw.filter((_, i) => {
    const name = raw[i - (i % 2)]!.toLowerCase()
    return !HOP_BY_HOP.has(name) && !dropped?.has(name) && name !== 'content-length'
  })
}

/** Raw headers for the client. Framing but for its length, and keep-alive, are of each side. */
export function responseHeaders(raw: readonly string[], { via, server }: RouterName): string[] {
  const dropped = connectionOptions(raw)
  const kept: string[] = []
  const isChunked = raw.some(
    (field, i) => i % 2 === 0 && field.length === 17 && field.toLowerCase() === 'transfer-encoding',
  )
  let hasServer = false
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase()
    // Chunks win over a length that was sent beside them (RFC 9112, 6.3).
    if (HOP_BY_HOP.has(name) || dropped?.has(name) || (isChunked && name === 'content-length'))
      continue
    if (name === 'server') hasServer = true
    kept.push(raw[i]!, raw[i + 1]!)
  }
  if (!hasServer) kept.push('Server', server)
  kept.push('Via', via)
  return kept
}

export function trailerFields(raw: readonly string[]): string[] {
  const kept: string[] = []
  for (let i = 0; i < raw.length; i += 2) {
    if (!NEVER_TRAILERS.has(raw[i]!.toLowerCase()) && !raw[i]!.startsWith(':'))
      kept.push(raw[i]!, raw[i + 1]!)
  }
  return kept
}

export function headerLines(raw: readonly string[]): string {
  let lines = ''
  for (let i = 0; i < raw.length; i += 2) lines += `${raw[i]}: ${raw[i + 1]}\r\n`
  return lines
}

/** The fields that Connection names as being of this connection alone. */
function connectionOptions(raw: readonly string[]): Set<string> | undefined {
  let named: Set<string> | undefined
  for (let i = 0; i < raw.length; i += 2) {
    if (raw[i]!.length !== 10 || raw[i]!.toLowerCase() !== 'connection') continue
    const value = raw[i + 1]!.toLowerCase()
    if (value === 'keep-alive' || value === 'close') continue
    for (const token of value.split(',')) {
      const name = token.trim()
      if (!END_TO_END.has(name)) (named ??= new Set()).add(name)
    }
  }
  return named
}

/** Such a request has no body unless it says so; all others say that theirs is empty. */
const isBodiless = (method: string) =>
  ['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE'].includes(method)

/** RFC 9110, 9.2.1. */
const isSafe = (method: string) => ['GET', 'HEAD', 'OPTIONS', 'TRACE'].includes(method)

function isPrintable(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code <= 32 || code === 127) return false
  }
  return text !== ''
}
