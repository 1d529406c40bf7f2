import type http from 'node:http'
import type { Answer, Client, ClientEvents } from './client.js'
import { headerLines } from './headers.js'
import { RESPONSE_BUFFER } from './limits.js'

/** A request of HTTP/1.0 or 1.1. */
export class Http1Client implements Client {
  readonly protocol = '1.1'
  readonly host: string | undefined

  constructor(
    readonly request: http.IncomingMessage,
    readonly response: http.ServerResponse,
  ) {
    this.host = request.headers.host
  }

  get method(): string {
    return this.request.method ?? ''
  }
  get path(): string {
    return this.request.url ?? ''
  }
  get headers(): readonly string[] {
    return this.request.rawHeaders
  }
  get port(): number {
    return this.request.socket.localPort ?? 0
  }
  get body(): http.IncomingMessage {
    return this.request
  }
  get isComplete(): boolean {
    return this.request.complete
  }
  get hasResponded(): boolean {
    return this.response.headersSent
  }
  get trailers(): readonly string[] {
    return this.request.rawTrailers
  }
  get status(): number {
    return this.response.statusCode
  }

  get address(): string {
    const address = this.request.socket.remoteAddress ?? ''
    return address === '::1' ? '127.0.0.1' : address.replace(/^::ffff:/, '')
  }

  get hasBody(): boolean {
    const { headers } = this.request
    return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
  }

  /**
   * HTTP/1.0 knows none of them
   * (devcenter.heroku.com/articles/http-routing#heroku-router-100-continue-support).
   */
  inform(status: number, headers: string[]): void {
    const { request, response } = this
    // Without a socket, answers to requests before this one on the connection are still on their
    // way.
    if (request.httpVersionMinor === 0 || response.headersSent || !response.socket) return
    response.socket.write(
      `HTTP/1.1 ${status} ${INFORMATION[status] ?? 'Information'}\r\n${headerLines(headers)}\r\n`,
      'latin1',
    )
  }

  respond({ status, reason, headers, isStreamed }: Answer): void {
    // Node frames the body anew; it throws on a Trailer header unless it sends chunks.
    const isChunked = isStreamed && this.request.httpVersionMinor === 1
    const sent = isChunked
      ? headers
      : headers.filter((_, i) => headers[i - (i % 2)]!.toLowerCase() !== 'trailer')
    this.response.writeHead(status, reason, sent)
  }

  flush(): void {
    this.response.flushHeaders()
  }

  write(chunk: Buffer): boolean {
    return this.response.write(chunk) || this.response.writableLength < RESPONSE_BUFFER
  }

  end(trailers: string[]): void {
    if (trailers.length > 0) this.response.addTrailers(pairs(trailers))
    this.response.end()
  }

  abort(): void {
    this.response.destroy()
  }

  listen(events: ClientEvents): void {
    this.response.on('drain', () => events.onDrain())
    this.response.once('finish', () => events.onClose(true))
    this.response.once('close', () => events.onClose(this.response.writableFinished))
  }
}

const INFORMATION: Record<number, string> = {
  100: 'Continue',
  102: 'Processing',
  103: 'Early Hints',
}

function pairs(raw: readonly string[]): [string, string][] {
  const result: [string, string][] = []
  for (let i = 0; i < raw.length; i += 2) result.push([raw[i]!, raw[i + 1]!])
  return result
}
