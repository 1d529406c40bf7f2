import type net from 'node:net'
import type { Client } from './client.js'
import { ROUTER_CODES, type CodeName } from './codes.js'
import type { Connected } from './connect.js'
import type { DynoConnection, DynoEvents } from './dyno-connection.js'
import type { Exchange } from './exchange.js'
import { endToEndHeaders, responseHeaders, trailerFields } from './headers.js'
import { sendPage } from './pages.js'
import { RequestBody } from './request-body.js'
import { BadResponse, type ResponseHead } from './response-parser.js'
import { Silence } from './silence.js'
import { joinSockets, type Upgrade } from './upgrade.js'

export interface PassageOptions {
  /** ms until the first byte of the answer (H12), and without a byte either way after it (H15). */
  firstByte: number
  idle: number
  /** Keeps a connection for the next request; absent if each has one of its own. */
  keep: ((connection: DynoConnection) => void) | undefined
  /**
   * Sends the request over another connection: nothing of it was acted on, or it changes nothing.
   */
  again: () => void
  upgrade?: Upgrade | undefined
}

/**
 * Passes one request to a dyno, and the answer back, both as they come. It ends in one line in the
 * log.
 */
export class Passage implements DynoEvents {
  private readonly silence = new Silence()
  private readonly client: Client
  private readonly connection: DynoConnection
  private readonly body: RequestBody
  private isOver = false
  private isAnswered = false
  private isHeadHeld = false

  constructor(
    private readonly exchange: Exchange,
    connected: Connected,
    private readonly options: PassageOptions,
  ) {
    this.client = exchange.client
    this.connection = connected.connection
    this.body = new RequestBody(
      this.client,
      this.connection,
      exchange.head.framing,
      this.silence,
      () => this.fail('H27'),
    )
  }

  start(): void {
    const { exchange, client, connection, options } = this
    client.listen(this)
    connection.cork()
    connection.begin(
      client.method,
      `${exchange.head.lines}${this.connectionHeaders()}\r\n`,
      this,
      options.keep,
    )
    this.silence.expect(options.idle, () => this.fail('H15'))
    this.body.send(options.upgrade !== undefined, () => {
      if (!this.isAnswered && !this.isOver)
        this.silence.expect(options.firstByte, () => this.fail('H12'))
    })
    connection.uncork()
  }

  onInformation({ status, headers }: ResponseHead): void {
    // Of 100 Continue Heroku passes no header on
    // (articles/http-routing#heroku-router-100-continue-support).
    this.client.inform(status, status === 100 ? [] : endToEndHeaders(headers))
  }

  onHead(head: ResponseHead): void {
    const { exchange, client } = this
    this.isAnswered = true
    exchange.accepted()
    this.silence.expect(this.options.idle, () => this.fail('H15'))
    const headers = responseHeaders(head.headers, exchange.router)
    const isStreamed = !headers.some(
      (field, i) => i % 2 === 0 && field.length === 14 && field.toLowerCase() === 'content-length',
    )
    client.respond({ status: head.status, reason: head.reason, headers, isStreamed })
    this.isHeadHeld = true
  }

  onData(chunk: Buffer): void {
    this.exchange.bytes += chunk.length
    this.isHeadHeld = false
    this.silence.touch()
    if (!this.client.write(chunk)) this.connection.pause()
  }

  onRead(): void {
    if (!this.isHeadHeld) return
    this.isHeadHeld = false
    this.client.flush()
  }

  onEnd(trailers: string[]): void {
    this.isHeadHeld = false
    // The dyno reads no further; the client may still send.
    this.body.stop()
    this.client.end(trailerFields(trailers))
  }

  onUpgrade(head: ResponseHead, rest: Buffer, socket: net.Socket): void {
    const { upgrade, idle } = this.options
    this.exchange.accepted()
    if (!upgrade) {
      socket.destroy()
      this.fail('H17')
      return
    }
    this.finish()
    upgrade.detach()
    joinSockets(head, upgrade, { socket, head: rest }, idle, this.exchange)
  }

  onFailure(failure: 'closed' | BadResponse): void {
    if (failure !== 'closed')
      return this.fail(failure.code, failure.code === 'H25' ? failure.message : undefined)
    if (this.isAnswered) return this.fail('H18')
    // A connection that was kept may have been closed by the dyno as the request left. Requests
    // that change nothing are sent anew; of others nobody knows whether they were acted on
    // (articles/http-routing#keepalives: H18 or H13).
    const isStale = this.connection.requests > 1 && !this.connection.hasAnswered
    if (!isStale) return this.fail('H13')
    if (!this.exchange.head.isIdempotent || this.client.hasBody) return this.fail('H18')
    this.finish()
    this.exchange.accepted()
    this.options.again()
  }

  /** Either side's: the dyno takes more of the request, or the client more of the answer. */
  onDrain(): void {
    this.connection.resume()
    this.body.resume()
  }

  onClose(isWhole: boolean): void {
    if (this.isOver) return
    if (!isWhole) return this.fail('H27')
    this.finish()
    this.exchange.log(this.client.status)
  }

  private connectionHeaders(): string {
    const { upgrade, keep } = this.options
    if (upgrade) return `Connection: Upgrade\r\nUpgrade: ${upgrade.protocol}\r\n`
    return keep ? '' : 'Connection: close\r\n'
  }

  private fail(code: CodeName, detail?: string): void {
    if (this.isOver) return
    this.finish()
    const { exchange, client, connection } = this
    exchange.accepted()
    this.body.stop()
    connection.destroy()
    const { status, page } = ROUTER_CODES[code]
    exchange.log(client.hasResponded && code === 'H18' ? client.status : status, code, { detail })
    if (client.hasResponded) client.abort()
    else if (code !== 'H27') sendPage(client, page)
    else client.abort()
  }

  private finish(): void {
    this.isOver = true
    this.silence.end()
  }
}
