/**
 * The router: what a browser asks of `<app>.localhost` goes to one of the app's web dynos, and what
 * fails is told in Heroku's codes.
 */
import http from 'node:http'
import type { Dynos, Limits, Logplex, Store } from '../store/types.js'
import { HEROKU_TIMES, type RouterTimes } from './connect.js'
import { Pool } from './pool.js'
import { Http1Client } from './http1-client.js'
import { alsoHttp2 } from './http2-server.js'
import { LIMITS } from './limits.js'
import { Routing } from './routing.js'
import { isIgnored, withoutUpgrade } from './upgrade.js'
import { Waiting } from './waiting.js'

/**
 * ms that a client's connection may be idle between two requests; long, so that it meets a closed
 * one as rarely as on Heroku.
 */
const KEEP_ALIVE = 90_000
/** ms that a client may take to send its headers. */
const SLOW_HEADERS = 30_000

/**
 * A server for HTTP/1 and, without TLS and by prior knowledge, HTTP/2; it is not listening yet.
 * `times` (ms) are Heroku's unless a test needs them shorter; limits.requestTimeout is the wait for
 * the first byte.
 */
export function createRouter(services: {
  store: Store
  dynos: Dynos
  logplex: Logplex
  limits: Limits
  times?: Partial<RouterTimes>
}): { server: http.Server } {
  const { dynos } = services
  const pool = new Pool(dynos)
  const routing = new Routing({
    ...services,
    pool,
    waiting: new Waiting(dynos),
    times: { ...HEROKU_TIMES, ...services.times },
  })

  const server = http.createServer({
    keepAliveTimeout: KEEP_ALIVE,
    headersTimeout: SLOW_HEADERS,
    requestTimeout: 0,
    noDelay: true,
    maxHeaderSize: LIMITS.requestLine + LIMITS.requestHeaders * LIMITS.requestHeader,
  })
  // One more than a request may have tells that it has too many.
  server.maxHeadersCount = LIMITS.requestHeaders + 1
  const handle = (request: http.IncomingMessage, response: http.ServerResponse) =>
    routing.handle(new Http1Client(request, response))
  server.on('request', handle)
  server.on('checkContinue', handle)
  server.on('upgrade', (request: http.IncomingMessage, stream, head: Buffer) => {
    const socket = request.socket
    if (isIgnored(request)) return withoutUpgrade(server, request, socket, head)
    socket.on('error', () => socket.destroy())
    const response = new http.ServerResponse(request)
    response.shouldKeepAlive = false
    response.assignSocket(socket)
    response.once('finish', () => socket.end())
    routing.handle(new Http1Client(request, response), {
      socket,
      head,
      protocol: request.headers.upgrade ?? '',
      detach: () => response.detachSocket(socket),
    })
  })
  // devcenter.heroku.com/articles/http-routing#supported-http-methods
  server.on('connect', (_request, socket) =>
    socket.end('HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'),
  )
  // What is no HTTP or beyond the limits is a 400
  // (articles/http-routing#http-validation-and-restrictions).
  server.on('clientError', (_error, socket) => {
    if (socket.writable)
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    else socket.destroy()
  })
  server.once('close', () => pool.close())
  alsoHttp2(server, routing)
  return { server }
}
