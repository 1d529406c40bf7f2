import type { Readable } from 'node:stream'

/**
 * Who asks, over whatever version of HTTP: what the router needs of a request, and how it answers.
 */
export interface Client {
  readonly method: string
  /** With its query. */
  readonly path: string
  /** Undefined if it names none, or more than one. */
  readonly host: string | undefined
  /** Name, value, name, value … without what HTTP/2 keeps in pseudo-headers. */
  readonly headers: readonly string[]
  readonly address: string
  /** The router's own port. */
  readonly port: number
  readonly protocol: '1.1' | '2.0'
  readonly body: Readable
  readonly hasBody: boolean
  /** Whether the whole request has come. */
  readonly isComplete: boolean
  readonly hasResponded: boolean
  /** Of the body, once it has ended. */
  readonly trailers: readonly string[]
  /** The status that was sent. */
  readonly status: number

  /** 1xx other than 101. */
  inform(status: number, headers: string[]): void
  /** Throws if HTTP cannot carry it. It leaves with the first of the body, or at flush(). */
  respond(answer: Answer): void
  flush(): void
  /** False once more than `RESPONSE_BUFFER` waits for the client: onDrain says when to go on. */
  write(chunk: Buffer): boolean
  end(trailers: string[]): void
  /** Breaks off: the client must not take what it has for the whole. */
  abort(): void
  /** One listener each. `isWhole`: the client got all of the answer. */
  listen(events: ClientEvents): void
}

export interface ClientEvents {
  onDrain(): void
  onClose(isWhole: boolean): void
}

export interface Answer {
  status: number
  reason: string
  headers: string[]
  /** Of a length that is not known: trailers may follow it. */
  isStreamed: boolean
}
