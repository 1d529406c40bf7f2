import type { Client } from './client.js'
import type { DynoConnection } from './dyno-connection.js'
import { headerLines, trailerFields } from './headers.js'
import type { Silence } from './silence.js'

/** Passes the body of a request on as it comes, framed as the head says, with its trailers. */
export class RequestBody {
  private left: number
  private isStopped = false

  /** `onBroken`: the client sent less or more than it had said. */
  constructor(
    private readonly client: Client,
    private readonly connection: DynoConnection,
    private readonly framing: number | 'chunked',
    private readonly silence: Silence,
    private readonly onBroken: () => void,
  ) {
    this.left = framing === 'chunked' ? Infinity : framing
  }

  /**
   * `isUpgrade`: what follows the head is of another protocol. `onSent` is called once all of it is
   * on its way.
   */
  send(isUpgrade: boolean, onSent: () => void): void {
    const { body, hasBody } = this.client
    if (!hasBody || isUpgrade) {
      if (this.framing === 'chunked') this.connection.write('0\r\n\r\n')
      this.connection.sent()
      onSent()
      return
    }
    body.on('data', this.onData)
    body.once('end', () => this.onEnd(onSent))
  }

  /** The dyno takes more. */
  resume(): void {
    if (!this.isStopped && this.client.body.isPaused()) this.client.body.resume()
  }

  /** Nothing more goes to the dyno; what still comes is read and dropped. */
  stop(): void {
    if (this.isStopped) return
    this.isStopped = true
    const { body, hasBody } = this.client
    if (!hasBody) return
    body.removeListener('data', this.onData)
    body.resume()
  }

  private readonly onData = (chunk: Buffer): void => {
    if (this.isStopped || chunk.length === 0) return
    this.silence.touch()
    this.left -= chunk.length
    if (this.left < 0) return this.onBroken()
    let isTaken: boolean
    if (this.framing === 'chunked') {
      this.connection.cork()
      this.connection.write(`${chunk.length.toString(16)}\r\n`)
      this.connection.write(chunk)
      isTaken = this.connection.write('\r\n')
      this.connection.uncork()
    } else isTaken = this.connection.write(chunk)
    if (!isTaken) this.client.body.pause()
  }

  private onEnd(onSent: () => void): void {
    if (this.isStopped) return
    if (this.framing !== 'chunked' && this.left > 0) return this.onBroken()
    if (this.framing === 'chunked')
      this.connection.write(`0\r\n${headerLines(trailerFields(this.client.trailers))}\r\n`)
    this.connection.sent()
    onSent()
  }
}
