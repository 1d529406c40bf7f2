import type { IncomingMessage } from 'node:http'
import type { AppRecord, Logplex } from '../types.js'
import type { CodeName } from './codes.js'
import type { Connected } from './connect.js'
import { originOf, type Origin } from './headers.js'
import { routerLine } from './log-line.js'

/** ms after which a dyno that accepts at all has accepted a connection, even when it is busy. */
const ACCEPTED_AFTER = 1_000

/** One request on its way through the router: who asked, where it went, and its one line in the log. */
export class Exchange {
  readonly origin: Origin
  bytes = 0
  private connected: Connected | undefined
  private sentAt = 0
  private isLogged = false

  constructor(readonly app: Readonly<AppRecord>, readonly request: IncomingMessage, private readonly logplex: Logplex) {
    this.origin = originOf(request, request.socket.localPort ?? 0)
  }

  /** The dyno may be stopped again once it answers, or when it must have accepted the connection. */
  reached(connected: Connected): void {
    this.connected = connected
    this.sentAt = performance.now()
    const timer = setTimeout(() => connected.release(), ACCEPTED_AFTER)
    const release = connected.release
    connected.release = () => {
      clearTimeout(timer)
      release()
    }
    connected.socket.once('close', () => connected.release())
  }

  answered(): void {
    this.connected?.release()
  }

  /** Writes the router's line; only the first outcome counts. */
  log(status: number, code?: CodeName, dyno?: string): void {
    if (this.isLogged) return
    this.isLogged = true
    const { connected, request, origin } = this
    const message = routerLine({
      method: request.method ?? '', path: request.url ?? '', host: request.headers.host ?? '', requestId: origin.requestId,
      forwardedFor: origin.forwardedFor, dyno: connected?.target.dyno ?? dyno, connect: connected?.connectMs,
      service: connected && performance.now() - this.sentAt, status, bytes: connected && this.bytes, protocol: 'http', code,
    })
    this.logplex.append(this.app.id, { time: Date.now(), source: 'heroku', dyno: 'router', message })
  }
}
