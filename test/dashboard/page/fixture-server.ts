/**
 * A server that speaks wire.ts to the built page, and does what a test says: under the policy that
 * the page must live with.
 */
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import type {
  ActionRequest,
  AppSummary,
  DynoDocument,
  LogEntry,
  Mark,
  Question,
  StreamEvents,
} from '../../../src/dashboard/wire.js'
import * as documents from './documents.js'

/** What the server tells; a test changes it, then `send`s the event. */
export interface Scene {
  now: number
  apps: AppSummary[]
  isReadOnly: boolean
  dynos: DynoDocument[]
  marks: Mark[]
  lines: LogEntry[]
  alerts: StreamEvents['alerts']
  problem: StreamEvents['problem']
  /** ms since the epoch of the first figures. */
  since: number
  /** undefined: 401 to everything but the page itself. */
  isAllowed: boolean
  hasNoHistory: boolean
  /** Whether markup is in every text that others have written. */
  hasMarkup: boolean
  question: Question
}

const FILES: Record<string, string> = {
  '/': 'index.html',
  '/page.js': 'page.js',
  '/page.css': 'page.css',
  '/icon.svg': 'icon.svg',
}
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

export function firstScene(): Scene {
  const now = Date.now()
  return {
    now,
    apps: [
      documents.summary('shop', now),
      documents.summary('shop-staging', now, {
        platform: 'local',
        state: 'crashed',
        state_why: 'web.1 crashed 4 times in 3 minutes: exited with code 1',
        dynos: { up: 0, of: 1 },
        instances: { online: 0, of: 2 },
        requests_per_minute: 12,
        errors_per_minute: 12,
        service_p95_ms: null,
        cpu_percent: null,
        memory_mb: 81,
        memory_quota_mb: 512,
        faults: ['H10'],
      }),
    ],
    isReadOnly: false,
    dynos: ['web.1', 'web.2', 'web.3'].map((name) => documents.dyno(name, now)),
    marks: documents.marks(now),
    lines: documents.lines(1, 400, now),
    alerts: [],
    problem: null,
    since: -Infinity,
    isAllowed: true,
    hasNoHistory: false,
    hasMarkup: false,
    question: {
      title: 'Restart all dynos of shop?',
      text: '3 dynos of web are stopped and started at once. Requests fail until the new ones listen, about 10 s.',
      confirm: 'Restart',
      is_dangerous: true,
    },
  }
}

export class FixtureServer {
  /** What was posted: path and body. */
  readonly posted: { path: string; body: unknown }[] = []
  readonly asked: string[] = []
  private readonly streams = new Set<ServerResponse>()
  private nextAction = 1

  private constructor(
    readonly scene: Scene,
    private readonly server: ReturnType<typeof createServer>,
    readonly url: string,
    private readonly folder: string,
  ) {}

  /** @param folder with the built page */
  static async start(folder: string, scene = firstScene(), port = 0): Promise<FixtureServer> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    const { port: bound } = server.address() as AddressInfo
    const fixture = new FixtureServer(scene, server, `http://127.0.0.1:${bound}`, folder)
    server.on('request', (request, response) => {
      fixture.answer(request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error))
      })
    })
    return fixture
  }

  async close(): Promise<void> {
    for (const stream of this.streams) stream.end()
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }

  /** To every page that follows. */
  send<Name extends keyof StreamEvents>(name: Name, data: StreamEvents[Name]): void {
    for (const stream of this.streams) write(stream, name, this.told(data))
  }

  private told<Document>(document: Document): Document {
    return this.scene.hasMarkup ? (documents.withMarkup(document) as Document) : document
  }

  sendOverview(): void {
    this.send('overview', this.overview())
  }

  private overview() {
    const { apps, isReadOnly } = this.scene
    return { apps, is_read_only: isReadOnly, shipit_version: '1.2.0', now: Date.now() }
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url)
    this.asked.push(`${request.method} ${url.pathname}${url.search}`)
    const file = FILES[url.pathname]
    if (file !== undefined) {
      response.writeHead(200, {
        'content-type': TYPES[path.extname(file)]!,
        'content-security-policy': "default-src 'self'; frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
      })
      response.end(await readFile(path.join(this.folder, file)))
    } else if (!this.scene.isAllowed)
      refuse(response, 401, 'This browser may not see the dashboard.')
    else if (url.pathname === '/api/stream') this.stream(response)
    else if (request.method === 'POST') await this.post(url, request, response)
    else json(response, this.told(this.document(url)))
  }

  private stream(response: ServerResponse): void {
    const { dynos, alerts, problem, now } = this.scene
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    this.streams.add(response)
    response.on('close', () => this.streams.delete(response))
    write(response, 'overview', this.told(this.overview()))
    write(response, 'dynos', this.told({ changed: dynos, gone: [] }))
    write(response, 'points', { until: now })
    write(response, 'alerts', this.told(alerts))
    write(response, 'problem', this.told(problem))
  }

  private async post(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = ''
    for await (const part of request) text += part
    const body = JSON.parse(text) as unknown
    this.posted.push({ path: url.pathname, body })
    if (url.pathname.endsWith('/questions')) return json(response, this.told(this.scene.question))
    if (url.pathname.endsWith('/stop')) return json(response, {})
    const id = `action-${this.nextAction++}`
    json(response, this.told({ id }), 202)
    this.send('action', {
      id,
      app: 'shop',
      request: body as ActionRequest,
      state: 'running',
      text: 'Waiting for web.1 to be up',
      why: null,
      next: null,
    })
  }

  private document(url: URL): unknown {
    const { now, apps, marks, lines, dynos, since, hasNoHistory } = this.scene
    if (url.pathname === '/api/apps') return this.overview()
    const number = (name: string, fallback: number) =>
      Number(url.searchParams.get(name) ?? fallback)
    const range = {
      from: number('from', now - 3_600_000),
      to: number('to', now),
      points: number('points', 720),
    }
    const dyno = url.searchParams.get('dyno')
    const instance = url.searchParams.get('instance') ?? undefined
    if (!apps.some(({ app }) => url.pathname.startsWith(`/api/apps/${app}/`))) return null
    switch (url.pathname.split('/').at(-1)) {
      case 'series':
        return documents.series(range, {
          since,
          scale: instance ? 1 / 6 : dyno ? 1 / 3 : 1,
          quota: instance ? 230 : dyno ? 512 : 1536,
        })
      case 'marks':
        return marks.filter(({ at }) => at >= range.from && at <= range.to)
      case 'details':
        return documents.details(
          dynos.find(({ name }) => name === dyno) ?? dynos[0]!,
          instance,
          now,
        )
      case 'routes':
        return hasNoHistory ? [] : documents.routes()
      case 'exceptions':
        return hasNoHistory ? [] : documents.exceptions(now)
      case 'releases':
        return hasNoHistory ? [] : documents.releases(now)
      case 'formation':
        return documents.formation(now)
      case 'config':
        return documents.config()
      case 'log':
        return this.log(url, lines)
      default:
        return null
    }
  }

  private log(url: URL, lines: LogEntry[]): unknown {
    const limit = Number(url.searchParams.get('limit') ?? 500)
    const around = Number(url.searchParams.get('around') ?? 0)
    const before = Number(url.searchParams.get('before') ?? Infinity)
    const older = lines.filter(({ seq }) => seq < before)
    const at =
      around > 0
        ? older.findIndex(({ logged_at }) => Date.parse(logged_at) >= around) + limit / 2
        : older.length
    const from = Math.max(0, Math.round(at) - limit)
    return { lines: older.slice(from, Math.round(at)), has_older: from > 0 }
  }
}

function write<Name extends keyof StreamEvents>(
  stream: ServerResponse,
  name: Name,
  data: StreamEvents[Name],
): void {
  stream.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)
}

function json(response: ServerResponse, document: unknown, status = 200): void {
  if (document === null) return refuse(response, 404, 'There is no such thing here.')
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document))
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify({ error: { code: 'refused', message, why: null, next: null } }))
}
