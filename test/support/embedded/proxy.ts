import { once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** A request of the client's. */
export interface Asked {
  method: string
  path: string
  /** Undefined if there is none. */
  body: unknown
}

/** What the proxy does in place of the platform, or after it. */
export type Reply =
  /** An answer that the platform did not give. */
  | { status: number; json: unknown; headers?: Record<string, string> }
  /** The connection breaks and the platform has heard nothing. */
  | 'breaks before'
  /** The platform does what it was asked, and its answer is lost. */
  | 'breaks after'

interface Rule {
  method: string
  path: RegExp
  left: number
  reply?: Reply | undefined
  reshape?: ((json: never) => unknown) | undefined
  also?: (() => void) | undefined
}

/**
 * Stands before the API of the embedded Heroku and passes on what it hears, so that a test can have
 * a platform that misbehaves: every answer but those of its rules is the embedded one's own.
 */
export class Proxy {
  /** Lines of log streams that do not arrive. */
  drops: ((line: string) => boolean) | undefined
  private readonly rules: Rule[] = []
  private readonly streams = new Set<ServerResponse>()
  private readonly sockets = new Set<Socket>()
  private readonly agent = new http.Agent({ keepAlive: true })
  private readonly server = http.createServer((request, response) => {
    void this.handle(request, response).catch(() => response.destroy())
  })

  private constructor(
    private readonly upstream: string,
    private readonly onPassed: (asked: Asked) => void,
  ) {}

  static async start(upstream: string, onPassed: (asked: Asked) => void): Promise<Proxy> {
    const proxy = new Proxy(upstream, onPassed)
    proxy.server.on('connection', (socket) => {
      proxy.sockets.add(socket)
      socket.once('close', () => proxy.sockets.delete(socket))
    })
    proxy.server.listen(0, '127.0.0.1')
    await once(proxy.server, 'listening')
    return proxy
  }

  /** How many streams are open. */
  get open(): number {
    return this.streams.size
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  /** Answers requests of that method and path (`/dynos` of an app) itself, `times` at most. */
  reply(method: string, path: RegExp, reply: Reply, times = Infinity): void {
    this.rules.push({ method, path, left: times, reply })
  }

  /** Changes what the platform answers. */
  reshape<T>(method: string, path: RegExp, reshape: (json: T) => unknown, times = Infinity): void {
    this.rules.push({ method, path, left: times, reshape: reshape as (json: never) => unknown })
  }

  /** Calls `work` when such a request has come, before the platform hears of it. */
  on(method: string, path: RegExp, work: () => void, times = 1): void {
    this.rules.push({ method, path, left: times, also: work })
  }

  /** Breaks the streams that are open: of logs, and of output. */
  cutStreams(): void {
    for (const response of [...this.streams]) response.destroy()
  }

  async close(): Promise<void> {
    this.agent.destroy()
    for (const socket of this.sockets) socket.destroy()
    this.server.close()
    await once(this.server, 'close')
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request
    const sent = await buffer(request)
    const path = url.replace(/\?.*/, '')
    const rules = this.rules.filter((rule) => rule.method === method && rule.path.test(path))
    for (const { also, left } of rules) if (left > 0) also?.()
    const acting = rules.filter((rule) => rule.left-- > 0)
    const reply = acting.find((rule) => rule.reply !== undefined)?.reply
    if (reply === 'breaks before') return void request.socket.destroy()
    if (typeof reply === 'object') return answer(response, reply)
    this.onPassed({ method, path, body: sent.length > 0 ? parsed(sent) : undefined })
    const upstream = await this.pass(request, sent, response)
    if (reply === 'breaks after') {
      await buffer(upstream)
      return void request.socket.destroy()
    }
    const isJson = upstream.headers['content-type']?.includes('json') === true
    if (!isJson) return this.stream(upstream, response)
    let text = (await buffer(upstream)).toString()
    // Addresses of streams lead through here too.
    text = text.replaceAll(this.upstream, this.url)
    for (const { reshape } of acting)
      if (reshape) text = JSON.stringify(reshape(JSON.parse(text) as never))
    const { 'content-length': _length, ...headers } = upstream.headers
    response.writeHead(upstream.statusCode ?? 502, headers).end(text)
  }

  private pass(
    request: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const passed = http.request(
        `${this.upstream}${request.url}`,
        {
          method: request.method,
          agent: this.agent,
          headers: { ...request.headers, host: new URL(this.upstream).host },
        },
        resolve,
      )
      passed.on('error', reject)
      response.once('close', () => passed.destroy())
      passed.end(body)
    })
  }

  private stream(upstream: IncomingMessage, response: ServerResponse): void {
    response.writeHead(upstream.statusCode ?? 502, upstream.headers)
    response.flushHeaders()
    this.streams.add(response)
    upstream.on('data', (chunk: Buffer) => response.write(this.kept(chunk)))
    upstream.on('end', () => response.end())
    upstream.on('error', () => response.destroy())
    response.on('close', () => {
      this.streams.delete(response)
      upstream.destroy()
    })
  }

  /** Events come whole: the embedded Heroku writes each in one piece. */
  private kept(chunk: Buffer): Buffer | string {
    const { drops } = this
    if (!drops) return chunk
    const events = chunk.toString().split('\n\n')
    return events.filter((event) => !drops(event)).join('\n\n')
  }
}

function answer(response: ServerResponse, reply: Extract<Reply, object>): void {
  response
    .writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers })
    .end(JSON.stringify(reply.json))
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch (error) {
    if (error instanceof SyntaxError) return body
    throw error
  }
}
