import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { RateLimit } from '../../src/embedded/api/guard.js'
import { sampleLines } from '../../src/runtime/event-line.js'
import { dyno, formation } from './records.js'

interface Simulation {
  dynos: number
  instances: number
  /** ms from a restart until the dyno is up. */
  boot?: number
  /** Lines a second that are none of the runtime's. */
  foreign?: number
  /** ms between two lines of figures of a dyno; 0 for none. */
  figuresEvery?: number
  /** A log that cannot be read. */
  isLogAway?: boolean
}

interface Line {
  id: number
  source: string
  dyno: string
  text: string
}
type Reader = (lines: Line[]) => void

/** Lines that Heroku keeps of an app. */
const KEPT = 1500
const TICK = 20

/**
 * An app of many dynos behind the Platform API's own calls and a log session of SSE, with the
 * account's budget of calls: dynos that restart and boot in their time, figures in the runtime's
 * own form, and as many other lines as wanted. Counts every call.
 */
export class SimulatedApp {
  /** `GET /dynos`, how often. */
  readonly calls: Record<string, number> = {}
  leastRemaining = Infinity
  private readonly limit = new RateLimit()
  private readonly readers = new Set<Reader>()
  private readonly timers = new Set<NodeJS.Timeout>()
  private kept: Line[] = []
  private sessions: Record<string, unknown>[] = []
  private made = 0
  private said = 0
  private readonly list
  private server!: Server

  private constructor(private readonly options: Simulation) {
    const since = new Date(Date.now() - 3_600_000).toISOString()
    this.list = Array.from({ length: options.dynos }, (_, at) =>
      dyno(`web.${at + 1}`, 'up', { created_at: since, updated_at: since }),
    )
  }

  static async start(options: Simulation): Promise<SimulatedApp> {
    const app = new SimulatedApp(options)
    app.server = createServer((request, response) => void app.answer(request, response))
    app.server.listen(0, '127.0.0.1')
    await once(app.server, 'listening')
    app.speak()
    return app
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }
  get total(): number {
    return Object.values(this.calls).reduce((sum, count) => sum + count, 0)
  }

  async close(): Promise<void> {
    for (const timer of this.timers) clearTimeout(timer)
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url!
    if (path.startsWith('/log/'))
      return this.tail(request, response, this.sessions[Number(path.slice(5))]!)
    const call = `${request.method} ${path.replace(/^\/apps\/[^/]+/, '').replace(/\/web\.\d+$/, '/DYNO')}`
    this.calls[call] = (this.calls[call] ?? 0) + 1
    const remaining = this.limit.take()
    this.leastRemaining = Math.min(this.leastRemaining, remaining)
    const body = await text(request)
    const json = (answer: unknown, status = 200) =>
      response
        .writeHead(status, {
          'content-type': 'application/json',
          'ratelimit-remaining': String(remaining),
        })
        .end(JSON.stringify(answer))
    if (path.endsWith('/log-sessions')) {
      if (this.options.isLogAway)
        return void json({ id: 'internal_server_error', message: 'There is no log.' }, 500)
      this.sessions.push(JSON.parse(body) as Record<string, unknown>)
      return void json({ id: 's', logplex_url: `${this.url}/log/${this.sessions.length - 1}` }, 201)
    }
    if (request.method === 'DELETE') {
      this.restart(path.slice(path.lastIndexOf('/') + 1))
      return void json({}, 202)
    }
    if (path.endsWith('/formation')) return void json([formation('web', this.options.dynos)])
    if (path.endsWith('/dynos')) return void json(this.list)
    json({ id: 'not_found', message: 'There is nothing here.' }, 404)
  }

  private restart(name: string): void {
    const at = this.list.findIndex((one) => one.name === name)
    const begun = new Date().toISOString()
    this.list[at] = {
      ...this.list[at]!,
      id: `new-${++this.made}`,
      state: 'starting',
      created_at: begun,
      updated_at: begun,
    }
    this.say([
      this.line('heroku', name, 'State changed from up to starting'),
      this.line('heroku', name, 'Process exited with status 143'),
    ])
    this.after(this.options.boot ?? 0, () => {
      this.list[at] = { ...this.list[at]!, state: 'up', updated_at: new Date().toISOString() }
      this.say([this.line('heroku', name, 'State changed from starting to up')])
    })
  }

  private after(ms: number, then: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      then()
    }, ms)
    this.timers.add(timer)
  }

  private line(source: string, name: string, message: string): Line {
    return {
      id: ++this.said,
      source,
      dyno: name,
      text: `${new Date().toISOString().replace('Z', '000+00:00')} ${source}[${name}]: ${message}`,
    }
  }

  private say(lines: Line[]): void {
    this.kept.push(...lines)
    if (this.kept.length > 2 * KEPT) this.kept = this.kept.slice(-KEPT)
    for (const reader of this.readers) reader(lines)
  }

  /** Foreign lines and figures, each dyno's at a time of its own. */
  private speak(): void {
    const { dynos, foreign = 0, figuresEvery = 20_000 } = this.options
    // An app that has run for long: what is kept is full.
    if (foreign > 0) this.say(Array.from({ length: KEPT }, (_, at) => this.foreignLine(at)))
    const begun = performance.now()
    let told = 0
    let sampled = 0
    const tick = () => {
      const passed = performance.now() - begun
      const lines: Line[] = []
      for (const wanted = Math.floor((passed / 1000) * foreign); told < wanted; told += 1)
        lines.push(this.foreignLine(told))
      if (figuresEvery > 0)
        for (
          const wanted = Math.floor((passed / figuresEvery) * dynos);
          sampled < wanted;
          sampled += 1
        )
          lines.push(...this.figures(sampled % dynos))
      if (lines.length > 0) this.say(lines)
      this.after(TICK, tick)
    }
    tick()
  }

  private foreignLine(at: number): Line {
    const name = `web.${1 + (at % this.options.dynos)}`
    if (at % 3 === 0)
      return this.line(
        'heroku',
        'router',
        `at=info method=GET path="/items/${at}" host=loud.example request_id=6b1f-${at} fwd="203.0.113.9" dyno=${name} connect=0ms service=3ms status=200 bytes=512 protocol=https`,
      )
    return this.line(
      'app',
      name,
      `{"level":30,"pid":23,"url":"/items/${at}","status":200,"msg":"request completed"}`,
    )
  }

  private figures(at: number): Line[] {
    const name = `web.${at + 1}`
    const samples = Array.from({ length: this.options.instances }, (_, instance) => ({
      app: 'api',
      instance,
      sample: {
        pid: 100 + instance,
        status: 'online',
        restarts: 0,
        uptime: 3600,
        memoryMb: 60,
        cpuPercent: 1.5,
        eventLoopP95Ms: 2,
        requestsPerMinute: 60,
        activeRequests: 1,
        heapMb: 20,
        externalMb: 1,
        memoryLimitMb: 230,
        version: '1.2.0',
      },
    }))
    return sampleLines(name, samples).map((line) => this.line('app', name, line.trimEnd()))
  }

  private tail(
    request: IncomingMessage,
    response: ServerResponse,
    session: Record<string, unknown>,
  ): void {
    const after = Number(request.headers['last-event-id'] ?? 0)
    const passes = ({ source, dyno: name }: Line) =>
      (session.source ?? source) === source &&
      (session.dyno_name ?? name) === name &&
      (session.type === undefined || name.startsWith(`${session.type as string}.`))
    const write: Reader = (lines) => {
      const shown = lines
        .filter(passes)
        .map(({ id, text: line }) => `id: ${id}\ndata: ${line}\n\n`)
        .join('')
      if (shown !== '') response.write(shown)
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const kept = this.kept.slice(-KEPT)
    write(
      after > 0
        ? kept.filter(({ id }) => id > after)
        : kept.filter(passes).slice(-Number(session.lines ?? 100)),
    )
    if (session.tail !== true) return void response.end()
    response.flushHeaders()
    this.readers.add(write)
    response.on('close', () => this.readers.delete(write))
  }
}
