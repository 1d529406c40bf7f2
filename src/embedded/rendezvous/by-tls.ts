import type http from 'node:http'
import type net from 'node:net'
import type { Duplex } from 'node:stream'
import tls from 'node:tls'
import type { Certificate } from './certificate.js'

/** The first byte of a TLS connection: a handshake record (RFC 8446, section 5.1). */
const TLS_HANDSHAKE = 0x16
/** ms that a new connection may stay without a byte, and a handshake without an end. */
const TIMEOUT_MS = 30_000

interface Options {
  certificate: () => Promise<Certificate>
  /** Of a certificate that cannot be had. */
  onError: (error: Error) => void
  /** Takes a connection, of TLS once its handshake is done; its first bytes are still to be read. */
  onConnection: (socket: Duplex) => void
}

/**
 * What a server of one port does with a new connection, so that clients with and without TLS can
 * meet it there: they are told apart by their first byte.
 */
export function byTls({ certificate, onError, onConnection }: Options) {
  let secure: Promise<tls.Server> | undefined
  const overTls = () =>
    (secure ??= certificate().then((pair) =>
      tls
        .createServer({ ...pair, handshakeTimeout: TIMEOUT_MS }, onConnection)
        .on('tlsClientError', (_error, socket) => socket.destroy()),
    ))

  return (socket: net.Socket): void => {
    const onGone = () => {
      stop()
      socket.destroy()
    }
    const onReadable = () => {
      const first = socket.read() as Buffer | null
      if (!first) return
      stop()
      socket.unshift(first)
      if (first[0] !== TLS_HANDSHAKE) return onConnection(socket)
      overTls().then(
        (server) => server.emit('connection', socket),
        (error: Error) => {
          secure = undefined
          onError(error)
          socket.destroy()
        },
      )
    }
    const stop = () => {
      socket.setTimeout(0)
      socket.off('readable', onReadable).off('timeout', onGone).off('error', onGone)
      socket.off('end', onGone)
    }
    socket.setTimeout(TIMEOUT_MS, onGone)
    socket.on('readable', onReadable).on('error', onGone).on('end', onGone)
  }
}

/**
 * Lets a server of HTTP take connections over TLS on the same port: git and Heroku's own CLI go to
 * https:// and HEROKU_GIT_HOST, the API's other clients come without TLS.
 */
export function alsoOverTls(server: http.Server, options: Omit<Options, 'onConnection'>): void {
  const listeners = server.listeners('connection') as ((socket: Duplex) => void)[]
  server.removeAllListeners('connection')
  const onConnection = (socket: Duplex) => {
    for (const listener of listeners) listener.call(server, socket)
  }
  server.on('connection', byTls({ ...options, onConnection }))
}
