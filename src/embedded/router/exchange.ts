import type { Logplex } from '../store/types.js'
import type { AppRecord } from '../store/records.js'
import type { Client } from './client.js'
import type { CodeName } from './codes.js'
import type { Connected } from './connect.js'
import type { RequestHead } from './headers.js'
import { routerLine } from './log-line.js'
import type { Generation } from './generation.js'

/** ms after which a dyno that accepts at all has accepted a connection, even when it is busy. */
const ACCEPTED_AFTER = 1_000

/**
 * One request on its way through the router: who asked, where it went, and its one line in the log.
 */
export class Exchange {
  bytes = 0
  private connected: Connected | undefined
  private sentAt = 0
  private isLogged = false
  private acceptTimer: NodeJS.Timeout | undefined

  constructor(
    readonly app: Readonly<AppRecord>,
    readonly client: Client,
    readonly head: RequestHead,
    readonly router: Generation,
    private readonly logplex: Logplex,
  ) {}

  /**
   * The dyno may be stopped again once it answers, or when it must have accepted the connection.
   */
  reached(connected: Connected): void {
    this.connected = connected
    this.sentAt = performance.now()
    this.acceptTimer = setTimeout(() => connected.release(), ACCEPTED_AFTER)
  }

  /** The dyno answers, or never will. */
  accepted(): void {
    clearTimeout(this.acceptTimer)
    this.connected?.release()
  }

  /** Writes the router's line; only the first outcome counts. */
  log(
    status: number,
    code?: CodeName,
    { dyno, detail }: { dyno?: string | undefined; detail?: string | undefined } = {},
  ): void {
    if (this.isLogged) return
    this.isLogged = true
    const {
      connected,
      client,
      head: { origin },
    } = this
    const message = routerLine({
      method: client.method,
      path: client.path,
      host: client.host ?? '',
      requestId: origin.requestId,
      forwardedFor: origin.forwardedFor,
      dyno: connected?.target.dyno ?? dyno,
      connect: connected?.connectMs,
      service: connected && performance.now() - this.sentAt,
      status,
      bytes: connected && this.bytes,
      protocol: this.router.protocol,
      code,
      detail,
    })
    this.logplex.append(this.app.id, {
      time: Date.now(),
      source: 'heroku',
      dyno: 'router',
      message,
    })
  }
}
