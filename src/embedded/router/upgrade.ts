import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Exchange } from './exchange.js'
import { headerLines } from './headers.js'
import type { ResponseHead } from './response-parser.js'
import { Silence } from './silence.js'

interface Side {
  socket: Duplex
  head: Buffer
}

/** The client's side of a request that asks for another protocol, such as WebSocket. */
export interface Upgrade extends Side {
  protocol: string
  /** Takes the connection from HTTP. */
  detach: () => void
}

/**
 * After 101 the two connections are one: bytes pass both ways until either side closes, or neither
 * said anything for `idle` ms (H15).
 */
export function joinSockets(
  answer: ResponseHead,
  client: Side,
  dyno: Side,
  idle: number,
  exchange: Exchange,
): void {
  const silence = new Silence()
  const close = (code?: 'H15') => {
    silence.end()
    exchange.log(code ? 503 : 101, code)
    client.socket.destroy()
    dyno.socket.destroy()
  }
  silence.expect(idle, () => close('H15'))
  dyno.socket.on('data', (chunk: Buffer) => {
    exchange.bytes += chunk.length
    silence.touch()
  })
  client.socket.on('data', () => silence.touch())
  for (const { socket } of [client, dyno]) {
    // A reset ends the session as a close does, and 'close' follows it.
    socket.on('error', () => socket.destroy())
    socket.once('close', () => close())
  }

  client.socket.write(
    `HTTP/1.1 101 ${answer.reason}\r\n${headerLines(answer.headers)}\r\n`,
    'latin1',
  )
  if (dyno.head.length > 0) client.socket.write(dyno.head)
  if (client.head.length > 0) dyno.socket.write(client.head)
  dyno.socket.pipe(client.socket)
  client.socket.pipe(dyno.socket)
}

/**
 * Some clients offer h2c with every request, also with one that has a body. Such an offer is for
 * the router, which needs none to speak HTTP/2 (RFC 9113, 3.1 has withdrawn it), and is best
 * ignored; so is any other beside a body (RFC 9110, 7.8).
 */
export function isIgnored({ headers }: IncomingMessage): boolean {
  return (
    headers['transfer-encoding'] !== undefined ||
    Number(headers['content-length'] ?? 0) > 0 ||
    headers.upgrade?.toLowerCase() === 'h2c'
  )
}

/**
 * Gives a request back to the server as one that asks for no upgrade: node stops reading a request
 * if an upgrade is offered, its body too.
 */
export function withoutUpgrade(
  server: Server,
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
): void {
  const kept: string[] = []
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    if (!['connection', 'upgrade', 'http2-settings'].includes(request.rawHeaders[i]!.toLowerCase()))
      kept.push(request.rawHeaders[i]!, request.rawHeaders[i + 1]!)
  }
  socket.unshift(
    Buffer.concat([
      Buffer.from(
        `${request.method} ${request.url} HTTP/1.1\r\n${headerLines(kept)}\r\n`,
        'latin1',
      ),
      head,
    ]),
  )
  server.emit('connection', socket)
}
