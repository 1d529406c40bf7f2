import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import {
  createBuilder,
  type BuilderParts,
  type LocalBuilder,
} from '../../../src/embedded/build/index.js'
import { keptNpm } from '../../support/kept-npm/index.js'
import { createLogplex } from '../../../src/embedded/logplex/index.js'
import { openStore } from '../../../src/embedded/store/index.js'
import { findIsolation } from '../../../src/embedded/dynos/isolation.js'
import type {
  Folders,
  Limits,
  LogEntry,
  Logplex,
  Releases,
  Store,
} from '../../../src/embedded/store/types.js'
import type { AppRecord } from '../../../src/embedded/store/records.js'

export interface FakePlatform {
  root: string
  folders: Folders
  store: Store
  builder: LocalBuilder
  log: LogEntry[]
  /** What `releases.create` does before it succeeds: the release phase of a test. */
  releasePhase: { run: (onOutput: (chunk: Buffer) => void) => 'succeeded' | 'failed' }
  createApp(name: string, configVars?: Record<string, string>): Promise<AppRecord>
  close(): Promise<void>
}

const LIMITS: Limits = {
  bootTimeout: 60_000,
  attachTimeout: 60_000,
  stopGrace: 30_000,
  requestTimeout: 30_000,
  prebootSwitch: 5000,
  prebootSwitchFailed: 180_000,
  crashBackoff: { first: 10_000, max: 600_000 },
  buildTimeout: 120_000,
  metricsEvery: 20_000,
  memoryQuota: 0,
  cycleAfter: 0,
}

export async function fakePlatform(
  options: Partial<
    Pick<BuilderParts, 'slugLimit' | 'sourceLimits' | 'buildRoom' | 'releasesKept' | 'compile'>
  > & { buildTimeout?: number } = {},
): Promise<FakePlatform> {
  // Builds find npm on the PATH of this process.
  const searchPath = process.env.PATH
  process.env.PATH = [await keptNpm(), searchPath].join(path.delimiter)
  const root = await realpath(await mkdtemp(path.join(tmpdir(), 'local-build-test-')))
  const names = ['apps', 'repos', 'slugs', 'builds', 'caches', 'dynos', 'logs'] as const
  const folders = {
    root,
    ...Object.fromEntries(names.map((name) => [name, path.join(root, name)])),
  } as unknown as Folders
  for (const name of names) await mkdir(folders[name])
  const store = await openStore(folders)
  const log: LogEntry[] = []
  const kept = createLogplex(folders)
  const logplex: Logplex = {
    ...kept,
    append(app, entry) {
      log.push(entry)
      kept.append(app, entry)
    },
  }
  const releasePhase: FakePlatform['releasePhase'] = { run: () => 'succeeded' }
  const releases = memoryReleases(store, releasePhase)
  const limits = { ...LIMITS, buildTimeout: options.buildTimeout ?? LIMITS.buildTimeout }
  const builder = createBuilder({
    store,
    releases,
    logplex,
    folders,
    limits,
    webUrl: (name) => `http://${name}.localhost:5100/`,
    isolation: findIsolation(folders),
    ...options,
  })
  return {
    root,
    folders,
    store,
    builder,
    log,
    releasePhase,
    async createApp(name, configVars = {}) {
      const record = newApp(name, configVars)
      await store.create(record)
      return record
    },
    async close() {
      // The tests after this one have the rest of this process.
      process.env.PATH = searchPath
      await builder.shutdown()
      await Promise.all([store.settled(), kept.flush()])
      await rm(root, { recursive: true, force: true })
    },
  }
}

function memoryReleases(store: Store, phase: FakePlatform['releasePhase']): Releases {
  return {
    create: async (appId, { description, slugId, onOutput }) => {
      const status = phase.run((chunk) => onOutput?.(chunk))
      return await store.update(appId, (draft) => {
        const now = new Date().toISOString()
        const release = {
          id: randomUUID(),
          version: draft.releases.length + 1,
          description,
          status,
          slug_id: slugId ?? null,
          config_vars: draft.config_vars,
          user: 'dev@example.com',
          created_at: now,
          updated_at: now,
        }
        draft.releases.push(release)
        if (status === 'succeeded') draft.current_release_id = release.id
        return release
      })
    },
  }
}

function newApp(name: string, configVars: Record<string, string>): AppRecord {
  const now = new Date().toISOString()
  const first = {
    id: randomUUID(),
    version: 1,
    description: 'Initial release',
    status: 'succeeded' as const,
    slug_id: null,
    config_vars: {},
    user: 'dev@example.com',
    created_at: now,
    updated_at: now,
  }
  return {
    id: randomUUID(),
    name,
    generation: 'cedar',
    region: 'us',
    webhooks: [],
    drains: [],
    addons: [],
    maintenance: false,
    features: {},
    config_vars: configVars,
    formation: {},
    releases: [first],
    current_release_id: first.id,
    builds: [],
    slugs: [],
    domains: [],
    created_at: now,
    updated_at: now,
    released_at: now,
  }
}
