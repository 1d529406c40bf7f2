import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Exchange } from './exchange.js'
import { Silence } from './silence.js'

interface Side { socket: Duplex; head: Buffer }

/** After 101 the two connections are one: bytes pass both ways until either side closes, or neither said anything for `idle` ms (H15). */
export function joinSockets(answer: IncomingMessage, client: Side, dyno: Side, idle: number, exchange: Exchange): void {
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

  client.socket.write(`HTTP/1.1 101 ${answer.statusMessage}\r\n${headerLines(answer.rawHeaders)}\r\n`, 'latin1')
  if (dyno.head.length > 0) client.socket.write(dyno.head)
  if (client.head.length > 0) dyno.socket.write(client.head)
  dyno.socket.pipe(client.socket)
  client.socket.pipe(dyno.socket)
}

/** Clients of HTTP/2 offer h2c with every request, also with one that has a body. Such an offer is best ignored (RFC 9110, 7.8). */
export function isRequestWithBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** Gives a request back to the server as one that asks for no upgrade: node stops reading a request where an upgrade is offered, its body too. */
export function withoutUpgrade(server: Server, request: IncomingMessage, socket: Socket, head: Buffer): void {
  const kept: string[] = []
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    if (!['connection', 'upgrade', 'http2-settings'].includes(request.rawHeaders[i]!.toLowerCase())) kept.push(request.rawHeaders[i]!, request.rawHeaders[i + 1]!)
  }
  socket.unshift(Buffer.concat([Buffer.from(`${request.method} ${request.url} HTTP/1.1\r\n${headerLines(kept)}\r\n`, 'latin1'), head]))
  server.emit('connection', socket)
}

function headerLines(raw: string[]): string {
  let lines = ''
  for (let i = 0; i < raw.length; i += 2) lines += `${raw[i]}: ${raw[i + 1]}\r\n`
  return lines
}
