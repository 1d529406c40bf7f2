import net from 'node:net'
import type { WebTarget } from '../store/types.js'
import {
  BadResponse,
  ResponseParser,
  type ResponseEvents,
  type ResponseHead,
} from './response-parser.js'

/**
 * What becomes of one request on a connection. Exactly one of onEnd, onUpgrade and onFailure comes
 * last.
 */
export interface DynoEvents extends Omit<ResponseEvents, 'onUpgrade'> {
  onUpgrade(head: ResponseHead, rest: Buffer, socket: net.Socket): void
  /** `closed`: the dyno closed, or the connection broke, before the answer was there. */
  onFailure(failure: 'closed' | BadResponse): void
  /** The dyno has taken what was written. */
  onDrain(): void
  /** All that has come so far was passed on. */
  onRead(): void
}

/**
 * One connection to a dyno, for one request after another. It parses answers itself: Node's client
 * hides what a router has to pass on as it came, and costs twice as much.
 */
export class DynoConnection {
  /** How many requests it has carried, with the present one. */
  requests = 0
  private readonly parser = new ResponseParser()
  private events: DynoEvents | undefined
  private isSent = true
  private onIdle: ((connection: DynoConnection) => void) | undefined

  constructor(
    readonly target: WebTarget,
    private readonly socket: net.Socket,
    idleTime: number,
  ) {
    socket.on('data', (chunk: Buffer) => this.read(chunk))
    socket.on('drain', () => this.events?.onDrain())
    // Its close follows.
    socket.on('error', () => undefined)
    socket.once('end', () => this.ended())
    socket.once('close', () => this.ended())
    socket.setTimeout(idleTime, () => {
      if (!this.events) socket.destroy()
    })
  }

  get isOpen(): boolean {
    return !this.socket.destroyed && this.socket.readable && this.socket.writable
  }

  /** Whether the dyno has answered anything to the present request. */
  get hasAnswered(): boolean {
    return this.parser.hasBegun
  }

  /**
   * Begins a request. `onIdle` is called when another may follow; without it the connection is
   * closed after this one.
   */
  begin(
    method: string,
    head: string,
    events: DynoEvents,
    onIdle?: (connection: DynoConnection) => void,
  ): void {
    this.requests++
    this.events = events
    this.onIdle = onIdle
    this.isSent = false
    this.parser.begin(method, {
      onInformation: (information) => events.onInformation(information),
      onHead: (response) => events.onHead(response),
      onData: (chunk) => events.onData(chunk),
      onEnd: (trailers, mayReuse) => this.complete(trailers, mayReuse),
      onUpgrade: (response, rest) => this.upgrade(response, rest),
    })
    this.socket.write(head, 'latin1')
  }

  /** False if the dyno is slower than what is sent: onDrain says when to go on. */
  write(data: Buffer | string): boolean {
    return this.socket.write(data, 'latin1')
  }

  /** Head and body of small requests leave in one packet. */
  cork(): void {
    this.socket.cork()
  }

  uncork(): void {
    this.socket.uncork()
  }

  /** The request is whole. */
  sent(): void {
    this.isSent = true
  }

  pause(): void {
    this.socket.pause()
  }

  resume(): void {
    this.socket.resume()
  }

  destroy(): void {
    this.events = undefined
    this.socket.destroy()
  }

  private read(chunk: Buffer): void {
    try {
      this.parser.feed(chunk)
      this.events?.onRead()
    } catch (error) {
      // What the client's side refuses to pass on is no answer either: Node's setters throw on what
      // they do not take.
      this.fail(
        error instanceof BadResponse ? error : new BadResponse('H17', (error as Error).message),
      )
    }
  }

  private complete(trailers: string[], mayReuse: boolean): void {
    const { events, onIdle } = this
    this.events = undefined
    events?.onEnd(trailers, mayReuse)
    // A request that was answered before it was whole leaves the rest of it in between.
    if (!mayReuse || !this.isSent || !onIdle || !this.isOpen) {
      this.socket.destroy()
      return
    }
    // It waited for a slow client, perhaps.
    this.socket.resume()
    onIdle(this)
  }

  private upgrade(head: ResponseHead, rest: Buffer): void {
    const { events } = this
    this.events = undefined
    this.socket.removeAllListeners()
    this.socket.setTimeout(0)
    this.socket.on('error', () => this.socket.destroy())
    events?.onUpgrade(head, rest, this.socket)
  }

  private ended(): void {
    // An answer may end with the connection.
    if (this.events && this.parser.close()) return
    this.fail('closed')
  }

  private fail(failure: 'closed' | BadResponse): void {
    const { events } = this
    this.events = undefined
    this.socket.destroy()
    events?.onFailure(failure)
  }
}
