import type http from 'node:http'
import http2 from 'node:http2'
import type { Socket } from 'node:net'
import { Http2Client } from './http2-client.js'
import { LIMITS } from './limits.js'
import type { Routing } from './routing.js'

/**
 * The first bytes of HTTP/2 by prior knowledge (RFC 9113, 3.3 and 3.4). Three tell it from every
 * method of HTTP/1 but PROPFIND and the like.
 */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n')

/** ms that a new connection may stay without a byte. */
const SILENCE = 30_000

/**
 * Lets a server of HTTP/1 take connections of HTTP/2 on the same port. On Heroku they come over TLS
 * and are chosen by ALPN; the embedded router has no TLS, and knows them by their preface.
 */
export function alsoHttp2(server: http.Server, routing: Routing): void {
  const http2Server = http2.createServer({
    maxHeaderListPairs: LIMITS.requestHeaders + 10,
    maxSendHeaderBlockLength: LIMITS.responseHead,
    settings: { maxHeaderListSize: LIMITS.requestHeaders * LIMITS.requestHeader },
  })
  http2Server.on('stream', (stream, headers, flags, raw?: string[]) => {
    const client = new Http2Client(stream, headers, flags, raw ?? [])
    if (client.method === 'CONNECT') stream.respond({ ':status': 405 }, { endStream: true })
    else routing.handle(client)
  })
  // A session that breaks takes its own streams with it, and nothing else.
  http2Server.on('sessionError', () => undefined)
  server.once('close', () => http2Server.close())

  const http1 = server.listeners('connection') as ((socket: Socket) => void)[]
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    const isHttp2 = (start: Buffer) =>
      PREFACE.subarray(0, Math.min(start.length, PREFACE.length)).equals(
        start.subarray(0, PREFACE.length),
      )
    const toHttp1 = () => {
      for (const listener of http1) listener.call(server, socket)
    }
    let start: Buffer = Buffer.alloc(0)
    const onReadable = () => {
      const chunk = socket.read() as Buffer | null
      if (!chunk) return
      start = start.length === 0 ? chunk : Buffer.concat([start, chunk])
      const mayBe = isHttp2(start)
      if (mayBe && start.length < PREFACE.length) return
      stop()
      socket.unshift(start)
      if (mayBe) {
        // Servers of HTTP/1 leave their side open when the client closes; a session would never end
        // so.
        socket.allowHalfOpen = false
        http2Server.emit('connection', socket)
      } else toHttp1()
    }
    const stop = () => {
      socket.setTimeout(0)
      socket.removeListener('readable', onReadable)
      socket.removeListener('timeout', onGone)
      socket.removeListener('error', onGone)
      socket.removeListener('end', onGone)
    }
    const onGone = () => {
      stop()
      socket.destroy()
    }
    socket.setTimeout(SILENCE, onGone)
    socket.on('readable', onReadable)
    socket.on('error', onGone)
    socket.on('end', onGone)
  })
}
