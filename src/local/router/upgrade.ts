import type { IncomingMessage } from 'node:http'
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

function headerLines(raw: string[]): string {
  let lines = ''
  for (let i = 0; i < raw.length; i += 2) lines += `${raw[i]}: ${raw[i + 1]}\r\n`
  return lines
}
