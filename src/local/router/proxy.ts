import http from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { ROUTER_CODES, type CodeName } from './codes.js'
import type { Connected } from './connect.js'
import type { Exchange } from './exchange.js'
import { requestHeaders, responseHeaders } from './headers.js'
import type { Page } from './pages.js'
import { Silence } from './silence.js'
import { joinSockets } from './upgrade.js'

interface ProxyTimes { firstByte: number; idle: number }

/** The client's side of a request that asks for another protocol, such as WebSocket. */
export interface Upgrade { socket: Socket; head: Buffer }

/** Answers in the app's place. */
export function sendPage(request: http.IncomingMessage, response: http.ServerResponse, page: Page): void {
  response.writeHead(page.status, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': page.body.length, 'Cache-Control': 'no-cache, no-store' })
  response.end(page.body)
  request.resume()
}

/**
 * Passes one request to a dyno over a connection of its own and the answer back, both as they come. It ends in one line in the log.
 * Nothing is tried twice from here on: the dyno may have acted on what it got.
 */
export function proxy(exchange: Exchange, connected: Connected, response: http.ServerResponse, times: ProxyTimes, upgrade?: Upgrade): void {
  const { request } = exchange
  const silence = new Silence()
  const outgoing = http.request({
    createConnection: () => connected.socket,
    method: request.method,
    path: request.url,
    headers: requestHeaders(request, exchange.origin, upgrade !== undefined),
    setHost: false,
  })
  let isOver = false
  let incoming: http.IncomingMessage | undefined

  const finish = () => {
    isOver = true
    silence.end()
  }
  const fail = (code: CodeName) => {
    if (isOver) return
    finish()
    exchange.log(ROUTER_CODES[code].status, code)
    request.unpipe(outgoing)
    outgoing.destroy()
    if (response.headersSent) response.destroy()
    else if (code !== 'H27') sendPage(request, response, ROUTER_CODES[code].page)
  }

  silence.expect(times.idle, () => fail('H15'))
  outgoing.once('finish', () => {
    if (!incoming && !isOver) silence.expect(times.firstByte, () => fail('H12'))
  })
  outgoing.on('information', ({ statusCode, headers }) => passInformation(response, statusCode, headers))
  outgoing.on('error', (error: NodeJS.ErrnoException) => {
    if (incoming) return
    fail(error.code?.startsWith('HPE_') ? 'H17' : 'H13')
  })
  response.once('close', () => {
    if (response.writableFinished || isOver) return
    fail('H27')
  })
  response.once('finish', () => {
    if (isOver) return
    finish()
    exchange.log(response.statusCode)
  })

  outgoing.once('response', (message) => {
    incoming = message
    exchange.answered()
    silence.expect(times.idle, () => fail('H15'))
    passResponse(message, response, exchange, silence, () => fail('H18'))
    // An answer before the whole body came: the dyno reads no further, the client may still send.
    message.once('close', () => {
      if (request.complete) return
      request.unpipe(outgoing)
      request.resume()
    })
  })
  if (upgrade) {
    outgoing.once('upgrade', (message, dynoSocket: Duplex, dynoHead) => {
      exchange.answered()
      finish()
      response.detachSocket(upgrade.socket)
      joinSockets(message, upgrade, { socket: dynoSocket, head: dynoHead }, times.idle, exchange)
    })
  }
  sendBody(request, outgoing, silence, upgrade !== undefined)
}

function sendBody(request: http.IncomingMessage, outgoing: http.ClientRequest, silence: Silence, isUpgrade: boolean): void {
  const hasBody = request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0
  if (!hasBody || isUpgrade) {
    outgoing.end()
    return
  }
  outgoing.flushHeaders()
  request.on('data', () => silence.touch())
  request.pipe(outgoing)
}

function passResponse(incoming: http.IncomingMessage, response: http.ServerResponse, exchange: Exchange, silence: Silence, onBroken: () => void): void {
  response.writeHead(incoming.statusCode ?? 502, incoming.statusMessage, responseHeaders(incoming))
  if (incoming.headers['content-length'] === undefined) response.flushHeaders()
  response.on('drain', () => incoming.resume())
  incoming.on('data', (chunk: Buffer) => {
    exchange.bytes += chunk.length
    silence.touch()
    if (!response.write(chunk)) incoming.pause()
  })
  incoming.once('end', () => {
    if (!incoming.complete) return
    if (incoming.rawTrailers.length > 0) response.addTrailers(incoming.trailers)
    response.end()
  })
  incoming.once('error', onBroken)
  incoming.once('close', () => {
    if (!incoming.complete) onBroken()
  })
}

/** 100 Continue, 102 and 103, which come before the answer. */
function passInformation(response: http.ServerResponse, status: number, headers: http.IncomingHttpHeaders): void {
  if (response.headersSent) return
  if (status === 100) response.writeContinue()
  else if (status === 102) response.writeProcessing()
  else if (status === 103 && headers.link) response.writeEarlyHints({ ...headers } as Record<string, string | string[]>)
}
