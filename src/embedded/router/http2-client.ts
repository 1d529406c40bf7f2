import http2 from 'node:http2'
import type { Answer, Client, ClientEvents } from './client.js'
import { RESPONSE_BUFFER } from './limits.js'

const { NGHTTP2_FLAG_END_STREAM, NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR } = http2.constants

/** One stream of HTTP/2. */
export class Http2Client implements Client {
  readonly protocol = '2.0'
  readonly method: string
  readonly path: string
  readonly host: string | undefined
  readonly headers: readonly string[]
  readonly hasBody: boolean
  trailers: readonly string[] = []
  status = 0
  private toSend: string[] = []
  private isEnded = false

  constructor(
    private readonly stream: http2.ServerHttp2Stream,
    headers: http2.IncomingHttpHeaders,
    flags: number,
    raw: readonly string[],
  ) {
    this.method = headers[':method'] ?? ''
    this.path = headers[':path'] ?? ''
    this.host = headers[':authority'] ?? headers.host
    this.hasBody = (flags & NGHTTP2_FLAG_END_STREAM) === 0
    this.headers = fieldsOf(raw)
    stream.on(
      'trailers',
      (_trailers: unknown, _flags: unknown, rawTrailers?: string[]) =>
        (this.trailers = rawTrailers ?? []),
    )
    // Its close follows.
    stream.on('error', () => undefined)
  }

  get address(): string {
    return this.stream.session?.socket.remoteAddress?.replace(/^::ffff:/, '') ?? ''
  }
  get port(): number {
    return this.stream.session?.socket.localPort ?? 0
  }
  get body(): http2.ServerHttp2Stream {
    return this.stream
  }
  get isComplete(): boolean {
    return this.stream.readableEnded || !this.hasBody
  }
  get hasResponded(): boolean {
    return this.stream.headersSent
  }

  inform(status: number, headers: string[]): void {
    if (this.stream.headersSent || this.stream.destroyed || status === 101) return
    this.stream.additionalHeaders({ ...joined(headers), ':status': status })
  }

  respond({ status, headers, isStreamed }: Answer): void {
    if (this.stream.destroyed) return
    this.stream.respond({ ...joined(headers), ':status': status }, { waitForTrailers: isStreamed })
    this.status = status
    if (isStreamed)
      this.stream.once('wantTrailers', () => this.stream.sendTrailers(joined(this.toSend)))
  }

  /** A stream's head is a frame of its own. */
  flush(): void {}

  write(chunk: Buffer): boolean {
    return this.stream.write(chunk) || this.stream.writableLength < RESPONSE_BUFFER
  }

  end(trailers: string[]): void {
    this.toSend = trailers
    this.isEnded = true
    this.stream.end()
  }

  abort(): void {
    this.stream.close(NGHTTP2_INTERNAL_ERROR)
  }

  listen(events: ClientEvents): void {
    this.stream.on('drain', () => events.onDrain())
    // A stream that the client resets finishes too.
    const isWhole = () =>
      this.isEnded &&
      this.stream.writableFinished &&
      this.stream.rstCode === NGHTTP2_NO_ERROR &&
      !this.stream.aborted
    this.stream.once('finish', () => {
      if (isWhole()) events.onClose(true)
    })
    this.stream.once('close', () => events.onClose(isWhole()))
  }
}

/**
 * Without pseudo-headers, and with the parts that a client may send its cookies in as one (RFC
 * 9113, 8.2.3).
 */
function fieldsOf(raw: readonly string[]): string[] {
  const headers: string[] = []
  const cookies: string[] = []
  for (let i = 0; i < raw.length; i += 2) {
    if (raw[i] === 'cookie') cookies.push(raw[i + 1]!)
    else if (!raw[i]!.startsWith(':')) headers.push(raw[i]!, raw[i + 1]!)
  }
  if (cookies.length > 0) headers.push('cookie', cookies.join('; '))
  return headers
}

/** One field a name, as Node wants them; cookies stay apart (RFC 9110, 5.3). */
function joined(raw: readonly string[]): http2.OutgoingHttpHeaders {
  const headers: Record<string, string | string[]> = Object.create(null) as Record<
    string,
    string | string[]
  >
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase()
    const value = raw[i + 1]!
    const before = headers[name]
    if (name === 'set-cookie') headers[name] = [...(before ?? []), value]
    else headers[name] = before === undefined ? value : `${before as string}, ${value}`
  }
  return headers
}
