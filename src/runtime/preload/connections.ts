import cluster from 'node:cluster'
import net from 'node:net'
import type { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { closePort, type Handle } from '../close-port.js'
import { monotonic } from '../../lib/monotonic.js'

/** RFC 6455: a close frame with status 1001, "going away". */
const GOING_AWAY = Buffer.from([0x88, 0x02, 0x03, 0xe9])

/**
 * An HTTP/2 session, as far as it is needed; http2 itself is not loaded for apps that do not use
 * it.
 */
interface Session extends EventEmitter {
  close(): void
}

/** An HTTP connection's socket. */
type Served = net.Socket & { _httpMessage?: ServerResponse | null }

type Emit = (this: net.Server, name: string | symbol, ...args: unknown[]) => boolean

/** Every server that this process has listening, and what is connected to them. */
export class Connections {
  readonly #servers = new Set<net.Server>()
  readonly #sockets = new Set<net.Socket>()
  readonly #upgraded = new Set<Duplex>()
  readonly #sessions = new Set<Session>()
  /** When a connection last came, by monotonic(), and how many have come. */
  lastConnection = 0
  #seen = 0

  /** Called before a server listens. */
  onListen: () => void = () => undefined
  /** Called with its port when a server listens. */
  onListening: (port: number | string | undefined) => void = () => undefined

  constructor() {
    const onListening = (port: number | string | undefined) => this.onListening(port)
    const remember = (server: net.Server) => {
      this.onListen()
      this.#remember(server, onListening)
    }
    const listen = net.Server.prototype.listen as (...args: unknown[]) => net.Server
    net.Server.prototype.listen = function (this: net.Server, ...args: unknown[]) {
      remember(this)
      return listen.apply(this, args)
    } as typeof net.Server.prototype.listen
  }

  get hasServers(): boolean {
    return this.#servers.size > 0
  }

  get areOpen(): boolean {
    return this.#sockets.size > 0
  }

  /**
   * The answers under way. Node keeps each at its socket while it is being made, so that a request
   * costs nothing here.
   */
  get responses(): ServerResponse[] {
    return [...this.#sockets].flatMap((socket) => (socket as Served)._httpMessage ?? [])
  }

  /**
   * Closes at net level: http.Server.close() would cut idle connections at once, and with them
   * requests that are on their way.
   * A server's `close` event waits for `handover` ms, since an app that exits in it would lose what
   * is being handed over.
   */
  stopListening(handover: number): Promise<unknown> {
    for (const session of this.#sessions) session.close()
    return Promise.all(
      [...this.#servers].map((server) => {
        const emit = server.emit as Emit
        server.emit = function (this: net.Server, name: string | symbol, ...args: unknown[]) {
          if (name !== 'close') return emit.call(this, name, ...args)
          setTimeout(() => emit.call(this, name, ...args), handover)
          return true
        }
        return new Promise<void>((resolve) => {
          ;(server as EventEmitter).once('close', () => resolve())
          void this.#closePort(server).then(() => net.Server.prototype.close.call(server))
        })
      }),
    )
  }

  /**
   * In cluster mode the port is the supervisor's, who has closed it by now; else what the kernel
   * holds for this process has to be taken in first.
   */
  async #closePort(server: net.Server): Promise<void> {
    const handle = (server as unknown as { _handle: Handle | null })._handle
    if (handle && !cluster.isWorker) await closePort(handle, () => this.#seen)
  }

  /** Tells WebSocket clients that this end goes away, so that they connect to another. */
  closeUpgraded(): void {
    for (const socket of this.#upgraded) socket.end(GOING_AWAY)
  }

  /**
   * Ends HTTP connections without a request under way. Other protocols have their own end, and are
   * given the whole time.
   */
  endIdle(): void {
    for (const socket of this.#sockets)
      if (!(socket as Served)._httpMessage && 'parser' in socket && !this.#upgraded.has(socket))
        socket.end()
  }

  #remember(server: net.Server, onListening: (port: number | string | undefined) => void): void {
    if (this.#servers.has(server)) return
    this.#servers.add(server)
    server.once('close', () => this.#servers.delete(server))
    server.on('listening', () => {
      const address = server.address()
      onListening(typeof address === 'object' && address ? address.port : (address ?? undefined))
    })
    // A TLS server speaks HTTP on the socket inside the connection.
    keepOpen(
      server,
      'setSecureContext' in server ? 'secureConnection' : 'connection',
      this.#sockets,
    )
    server.on('connection', () => {
      this.lastConnection = monotonic()
      this.#seen += 1
    })
    keepOpen(server, 'session', this.#sessions)
    this.#noticeUpgrades(server)
  }

  /**
   * Listening to `upgrade` would itself change how the server answers, so the event is seen as it
   * passes.
   */
  #noticeUpgrades(server: net.Server): void {
    const upgraded = this.#upgraded
    const emit = server.emit as Emit
    server.emit = function (this: net.Server, name: string | symbol, ...args: unknown[]) {
      const socket = args[1] as Duplex
      const isWebSocket = () =>
        (args[0] as { headers: Record<string, string> }).headers.upgrade?.toLowerCase() ===
        'websocket'
      if (name === 'upgrade' && isWebSocket()) {
        upgraded.add(socket)
        socket.once('close', () => upgraded.delete(socket))
      }
      return emit.call(this, name, ...args)
    }
  }
}

function keepOpen<T extends EventEmitter>(server: EventEmitter, event: string, open: Set<T>): void {
  server.on(event, (connection: T) => {
    open.add(connection)
    connection.once('close', () => open.delete(connection))
  })
}
