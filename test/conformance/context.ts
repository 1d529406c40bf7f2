import { mkdtemp, rm, writeFile, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { execFile } from 'node:child_process'
import {
  createApp,
  destroyApp,
  PlatformApi,
  streamLogs,
  type Endpoint,
  type LogFilter,
  type LogLine,
} from '../../src/heroku/index.js'
import { APP } from '../../src/heroku/shapes.js'
import { get } from '../../src/demo/load.js'
import { push } from '../../src/git/index.js'
import { until } from '../../src/lib/until.js'

const run = promisify(execFile)

/** One behaviour of the platform that shipit relies on. */
export interface Behaviour {
  /** Short, for the table and for `--only`. */
  id: string
  what: string
  /**
   * Where it is documented: an article of devcenter.heroku.com, a path of the schema, or the
   * official CLI's code.
   */
  source: string
  /**
   * Throws if the platform does otherwise. Answers with what was seen, where that is worth a
   * word.
   */
  check(context: Context): Promise<string | void>
}

/**
 * An app of the suite's own: an HTTP server without dependencies, whose ways are chosen by config
 * vars.
 */
const FILES = {
  'package.json':
    JSON.stringify(
      {
        name: 'conformance',
        version: '1.0.0',
        private: true,
        engines: { node: '>=20' },
        scripts: { start: 'node server.js' },
      },
      null,
      2,
    ) + '\n',
  'package-lock.json':
    JSON.stringify(
      {
        name: 'conformance',
        version: '1.0.0',
        lockfileVersion: 3,
        requires: true,
        packages: { '': { name: 'conformance', version: '1.0.0', engines: { node: '>=20' } } },
      },
      null,
      2,
    ) + '\n',
  Procfile: 'web: node server.js\nworker: node worker.js\nrelease: node release.js\n',
  'server.js': `if (process.env.CRASH) { console.error('conformance crash'); process.exit(3) }
require('node:http').createServer((request, response) => response.end(process.env.WORD || 'conformance')).listen(process.env.PORT, () => console.log('conformance listens'))
`,
  'worker.js': 'setInterval(() => {}, 1000)\n',
  'release.js': `console.log('conformance release phase'); process.exit(process.env.RELEASE_FAILS ? 4 : 0)\n`,
}

/** What the behaviours share: one endpoint, one app, one repository. */
export class Context {
  readonly api: PlatformApi
  /** Names of the apps that are there because of this run. */
  readonly made = new Set<string>()
  private constructor(
    readonly endpoint: Endpoint,
    readonly app: string,
    readonly dir: string,
    readonly signal: AbortSignal,
  ) {
    this.api = new PlatformApi(endpoint)
  }

  static async open(endpoint: Endpoint, app: string, signal: AbortSignal): Promise<Context> {
    const dir = await mkdtemp(path.join(tmpdir(), 'shipit-conformance-'))
    const context = new Context(endpoint, app, dir, signal)
    await context.git('init', '--quiet', '--initial-branch', 'main')
    await context.write(FILES)
    await context.commit('First')
    return context
  }

  /** Destroys what was made, whatever happened; throws where something is left. */
  async close(): Promise<void> {
    await rm(this.dir, { recursive: true, force: true })
    const left: string[] = []
    for (const app of this.made)
      await destroyApp(this.api, app).catch((error: Error) => left.push(`${app}: ${error.message}`))
    if (left.length > 0)
      throw new Error(
        `Not destroyed: ${left.join('; ')}. Run: ${[...this.made].map((app) => `heroku apps:destroy ${app}`).join(', ')}`,
      )
  }

  async createApp(): Promise<void> {
    this.made.add(this.app)
    await createApp(this.api, { name: this.app })
  }

  async git(...args: string[]): Promise<string> {
    const identity = [
      '-c',
      'user.name=Conformance',
      '-c',
      'user.email=conformance@example.com',
      '-c',
      'commit.gpgsign=false',
    ]
    return (await run('git', [...identity, ...args], { cwd: this.dir })).stdout.trim()
  }

  async write(files: Record<string, string>): Promise<void> {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(this.dir, name)), { recursive: true })
      await writeFile(path.join(this.dir, name), content)
    }
  }

  async commit(message: string): Promise<string> {
    await this.git('add', '--all')
    await this.git('commit', '--quiet', '--allow-empty', '--message', message)
    return this.git('rev-parse', 'HEAD')
  }

  /** Pushes what is checked out; answers with the lines of the other side and git's own word. */
  async push(
    options: { signal?: AbortSignal; onOutput?: (line: string) => void } = {},
  ): Promise<{ lines: string[]; outcome: string }> {
    const lines: string[] = []
    const { outcome } = await push({
      dir: this.dir,
      url: `${this.endpoint.gitUrl}/${this.app}.git`,
      token: this.endpoint.token,
      refspec: 'HEAD:refs/heads/main',
      signal: options.signal ?? this.signal,
      onOutput: (line) => {
        lines.push(line)
        options.onOutput?.(line)
      },
    })
    return { lines, outcome }
  }

  /** The API as it answers, headers and all. */
  async raw(
    method: string,
    url: string,
    {
      headers = {},
      body,
      token = this.endpoint.token,
    }: { headers?: Record<string, string>; body?: unknown; token?: string } = {},
  ): Promise<{ status: number; headers: Headers; json: unknown }> {
    const response = await fetch(`${this.endpoint.apiUrl}${url}`, {
      method,
      signal: this.signal,
      headers: {
        accept: 'application/vnd.heroku+json; version=3',
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const said = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      json: said === '' ? undefined : (JSON.parse(said) as unknown),
    }
  }

  /** What the app's own URL answers: over TLS on Heroku, by a name under localhost here. */
  async answer(): Promise<{ status: number; body: string }> {
    const { web_url: url } = await this.api.get<{ web_url: string }>(`/apps/${this.app}`, APP)
    if (url.startsWith('http:')) return get(url)
    const response = await fetch(url, { signal: this.signal })
    return { status: response.status, body: await response.text() }
  }

  /** The recent lines of the app's log. */
  async log(filter: LogFilter = {}): Promise<LogLine[]> {
    const lines: LogLine[] = []
    for await (const line of streamLogs(this.api, this.app, {
      lines: 1500,
      ...filter,
      signal: this.signal,
    }))
      lines.push(line)
    return lines
  }

  /** Waits until a line of the log fits. */
  async logTells(what: RegExp, filter: LogFilter = {}, within = 120_000): Promise<LogLine> {
    return this.seen(
      `a log line ${what}`,
      async () =>
        (await this.log(filter)).findLast(({ source, dyno, message }) =>
          what.test(`${source}[${dyno}]: ${message}`),
        ),
      within,
    )
  }

  async seen<T>(
    what: string,
    look: () => Promise<T | undefined | false>,
    within = 120_000,
  ): Promise<T> {
    const found = await until(look, { timeout: within, every: 1000, signal: this.signal })
    if (found === undefined) throw new Error(`in ${within / 1000} s not seen: ${what}`)
    return found
  }
}

/** Fails with what was seen. */
export function expect(isSo: unknown, what: string, seen?: unknown): asserts isSo {
  if (!isSo)
    throw new Error(
      seen === undefined ? what : `${what}; seen: ${JSON.stringify(seen)?.slice(0, 300)}`,
    )
}
