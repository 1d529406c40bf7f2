import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Conflict, NotFound } from '../../../src/embedded/api/api-error.js'
import { splitLines } from '../../../src/embedded/logplex/split.js'
import type {
  Folders,
  Limits,
  LogEntry,
  Logplex,
  StoredLogEntry,
  Store,
} from '../../../src/embedded/store/types.js'
import type { AppRecord } from '../../../src/embedded/store/records.js'

export const LIMITS: Limits = {
  bootTimeout: 15_000,
  attachTimeout: 10_000,
  stopGrace: 10_000,
  requestTimeout: 10_000,
  prebootSwitch: 150,
  prebootSwitchFailed: 150,
  crashBackoff: { first: 100, max: 400 },
  buildTimeout: 1000,
  metricsEvery: 20_000,
  memoryQuota: 0,
  cycleAfter: 0,
}

/**
 * Apps in memory, which tests may change in place. Else as the real store
 * (../store/contract.test.ts).
 */
export class FakeStore implements Store {
  readonly apps: AppRecord[] = []
  readonly #turns = new Map<string, Promise<unknown>>()
  list() {
    return this.apps
  }
  find(idOrName: string) {
    return this.apps.find(({ id, name }) => id === idOrName || name === idOrName)
  }
  create(record: AppRecord) {
    return this.#inTurn(record.id, async () => {
      this.#claim(record.name)
      if (this.find(record.id)) throw new Conflict(`There is an app with id ${record.id} already`)
      this.apps.push(structuredClone(record))
    })
  }
  update<T>(appId: string, change: (draft: AppRecord) => T) {
    return this.#inTurn(appId, async () => {
      const app = this.find(appId)
      if (!app) throw new NotFound('app')
      const draft = structuredClone(app)
      const result = change(draft)
      if (draft.name !== app.name) this.#claim(draft.name)
      await Promise.resolve()
      for (const name of Object.keys(app)) delete (app as unknown as Record<string, unknown>)[name]
      Object.assign(app, draft)
      return result
    })
  }
  remove(appId: string) {
    return this.#inTurn(appId, async () => {
      const at = this.apps.findIndex(({ id }) => id === appId)
      if (at === -1) throw new NotFound('app')
      this.apps.splice(at, 1)
    })
  }
  #claim(name: string) {
    if (this.apps.some((app) => app.name === name))
      throw new Conflict(`Name ${name} is already taken`)
  }
  #inTurn<T>(id: string, task: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(id) ?? Promise.resolve()).then(task)
    this.#turns.set(
      id,
      turn.catch(() => undefined),
    )
    return turn
  }
}

/** The log in memory alone, all of it. Else as the real one (../logplex/contract.test.ts). */
export class FakeLogplex implements Logplex {
  readonly entries: (StoredLogEntry & { app: string })[] = []
  readonly #listeners = new Map<string, Set<(entry: StoredLogEntry) => void>>()
  readonly #forgotten = new Set<string>()
  append(app: string, entry: LogEntry) {
    if (this.#forgotten.has(app)) return
    for (const message of splitLines(entry.message)) {
      const stored = { ...entry, message, seq: this.entries.length + 1 }
      this.entries.push({ ...stored, app })
      for (const listener of this.#listeners.get(app) ?? []) listener(stored)
    }
  }
  recent(appId: string): StoredLogEntry[] {
    return this.entries
      .filter(({ app }) => app === appId)
      .slice(-1500)
      .map(({ app: _app, ...entry }) => entry)
  }
  subscribe(appId: string, listener: (entry: StoredLogEntry) => void) {
    const listeners = this.#listeners.get(appId) ?? new Set()
    this.#listeners.set(appId, listeners.add(listener))
    return () => void listeners.delete(listener)
  }
  async forget(appId: string) {
    this.#forgotten.add(appId)
    const rest = this.entries.filter(({ app }) => app !== appId)
    this.entries.splice(0, this.entries.length, ...rest)
  }
  /** As `heroku logs` prints them, without the time: app[web.1]: hello */
  lines(dyno?: string): string[] {
    return this.entries
      .filter((entry) => dyno === undefined || entry.dyno === dyno)
      .map(({ source, dyno: from, message }) => `${source}[${from}]: ${message}`)
  }
}

/** A platform folder with apps made of a few files; all of it is removed by remove(). */
export class Home {
  readonly root = mkdtempSync(path.join(os.tmpdir(), 'shipit-dynos-'))
  readonly store = new FakeStore()
  readonly logplex = new FakeLogplex()
  readonly folders: Folders = {
    root: this.root,
    apps: this.at('apps'),
    repos: this.at('repos'),
    slugs: this.at('slugs'),
    builds: this.at('builds'),
    caches: this.at('caches'),
    dynos: this.at('dynos'),
    logs: this.at('logs'),
    history: this.at('history'),
    addons: this.at('addons'),
  }

  constructor() {
    mkdirSync(this.folders.dynos, { recursive: true })
  }

  private at(name: string) {
    return path.join(this.root, name)
  }

  app(name: string, options: { preboot?: boolean } = {}): AppRecord {
    const now = new Date().toISOString()
    const app: AppRecord = {
      id: randomUUID(),
      name,
      generation: 'cedar',
      region: 'us',
      webhooks: [],
      drains: [],
      addons: [],
      maintenance: false,
      features: options.preboot ? { preboot: { enabled: true, updated_at: now } } : {},
      config_vars: {},
      formation: {},
      releases: [],
      current_release_id: null,
      builds: [],
      slugs: [],
      domains: [],
      created_at: now,
      updated_at: now,
      released_at: null,
    }
    this.store.apps.push(app)
    return app
  }

  /** Adds a release of these files and makes it the one that serves. */
  release(
    app: AppRecord,
    files: Record<string, string>,
    options: {
      types?: Record<string, string>
      config?: Record<string, string>
      profile?: Record<string, string>
    } = {},
  ) {
    const now = new Date().toISOString()
    const dir = path.join(this.folders.slugs, randomUUID())
    mkdirSync(dir, { recursive: true })
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(dir, name)), { recursive: true })
      writeFileSync(path.join(dir, name), text)
    }
    const slug = {
      id: randomUUID(),
      dir,
      commit: null,
      commit_description: null,
      process_types: options.types ?? { web: 'node server.js' },
      profile_env: options.profile ?? {},
      size: 1,
      buildpack_description: 'Node.js',
      created_at: now,
    }
    const release = {
      id: randomUUID(),
      version: app.releases.length + 1,
      description: 'Deploy',
      status: 'succeeded' as const,
      slug_id: slug.id,
      config_vars: options.config ?? {},
      user: 'me@example.com',
      created_at: now,
      updated_at: now,
    }
    app.slugs.push(slug)
    app.releases.push(release)
    app.current_release_id = release.id
    return { release, slug }
  }

  scale(app: AppRecord, type: string, quantity: number, size = 'Standard-1X') {
    const now = new Date().toISOString()
    app.formation[type] = {
      id: randomUUID(),
      type,
      command: '',
      quantity,
      size,
      created_at: now,
      updated_at: now,
    }
  }

  remove() {
    rmSync(this.root, { recursive: true, force: true })
  }
}

/** Servers to deploy: what they answer, and whether they let requests end on SIGTERM. */
export const server = (answer: string, listen = 'process.env.PORT') => `
const http = require('http')
const server = http.createServer((req, res) => res.end(${JSON.stringify(answer)}))
server.listen(${listen})
process.on('SIGTERM', () => server.close(() => process.exit(0)))
`

/** Whether a process runs (a zombie does not). */
export async function isRunning(pid: number): Promise<boolean> {
  const { runningProcesses } = await import('../../../src/embedded/dynos/processes.js')
  return (await runningProcesses()).some((each) => each.pid === pid)
}
