import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import path from 'node:path'
import { NotFound } from '../../../src/embedded/api/api-error.js'
import type { Rooms } from '../../../src/embedded/daemon/rooms.js'
import type { Folders, Releases, Store } from '../../../src/embedded/store/types.js'
import type { BuildRecord, DynoRecord, SlugRecord } from '../../../src/embedded/store/records.js'

/** What the fakes were asked to do, and what they are to do next. */
export interface FakeControls {
  calls: string[]
  /**
   * Exit status and output of the next release phases; `hold` keeps them running until it resolves.
   */
  releasePhase: { status: number; output: string; hold?: Promise<void> }
  /** Process types of the slugs that builds make. */
  processTypes: Record<string, string>
  /** What one-off dynos cannot be started by. */
  runFails?: Error
}

/** The exit status of what SIGTERM ends. */
const SIGTERM = 143

export function fakeRooms(): { rooms: () => Promise<Rooms>; controls: FakeControls } {
  const controls: FakeControls = {
    calls: [],
    releasePhase: { status: 0, output: '' },
    processTypes: { web: 'node server.js', worker: 'node worker.js' },
  }
  const rooms: Rooms = {
    createDynos: ({ store }) => fakeDynos(store, controls),
    createRouter: () => ({
      server: http.createServer((_request, response) => response.end('routed')),
    }),
    createBuilder: ({ store, releases, folders }) =>
      fakeBuilder({ store, releases, folders, controls }),
    createGitHandler: () => (request, response) => response.end(`git ${request.url}`),
  }
  return { rooms: async () => rooms, controls }
}

/**
 * Dynos that are up at once, and have no process, no port and no log; else as the real ones
 * (../rooms-contract.test.ts).
 */
function fakeDynos(store: Store, controls: FakeControls): ReturnType<Rooms['createDynos']> {
  const events = new EventEmitter()
  const ids = new Map<string, string>()
  const idOf = (key: string) => ids.get(key) ?? (ids.set(key, randomUUID()).get(key) as string)
  /** "<app id> <name>" of dynos that were stopped. */
  const stopped = new Set<string>()
  const gone = new Set<string>()
  const runs = new Map<string, { appId: string; record: DynoRecord; end: () => void }>()
  const change = (appId: string) => void events.emit('change', appId)

  const runsOf = (appId: string | undefined, name?: string) =>
    [...runs.values()].filter(
      (run) =>
        (appId === undefined || run.appId === appId) &&
        (name === undefined || run.record.name === name),
    )
  const formationOf = (appId: string): DynoRecord[] => {
    const app = store.find(appId)
    const release = app?.releases.find((one) => one.id === app.current_release_id)
    if (!app || !release?.slug_id || gone.has(appId)) return []
    return Object.values(app.formation)
      .flatMap(({ type, command, size, quantity, created_at, updated_at }) =>
        Array.from({ length: quantity }, (_, index): DynoRecord => ({
          id: idOf(`${appId} ${type}.${index + 1}`),
          name: `${type}.${index + 1}`,
          type,
          command,
          size,
          state: 'up',
          release_id: release.id,
          release_version: release.version,
          created_at,
          updated_at,
        })),
      )
      .filter(({ name }) => !stopped.has(`${appId} ${name}`))
  }
  /** @throws NotFound if something is asked for that is not there */
  const chosen = (appId: string, { type, name }: { type?: string; name?: string }) => {
    const dynos = formationOf(appId).filter(
      (dyno) =>
        (type === undefined || dyno.type === type) && (name === undefined || dyno.name === name),
    )
    const alone = name === undefined ? [] : runsOf(appId, name)
    for (const run of alone) run.end()
    const isAny = type === undefined && name === undefined
    if (!isAny && dynos.length + alone.length === 0) throw new NotFound('dyno')
    return dynos
  }
  return {
    isolation: Promise.resolve({ why: 'there are no processes' }),
    exposure: Promise.resolve(undefined),
    reconcile: (appId, reason) => {
      controls.calls.push(`reconcile ${store.find(appId)?.name} ${reason}`)
      for (const one of stopped) if (one.startsWith(`${appId} `)) stopped.delete(one)
      gone.delete(appId)
      change(appId)
    },
    list: (appId) => [...formationOf(appId), ...runsOf(appId).map(({ record }) => record)],
    webTargets: () => [],
    webStatus: (appId) => (formationOf(appId).some(({ type }) => type === 'web') ? 'up' : 'none'),
    restart: async (appId, what, why) => {
      controls.calls.push(`restart ${JSON.stringify(what ?? 'all')}${why ? ` ${why}` : ''}`)
      for (const { name } of chosen(appId, what ?? {})) ids.delete(`${appId} ${name}`)
    },
    stop: async (appId, what) => {
      controls.calls.push(`stop ${JSON.stringify(what)}`)
      for (const { name } of chosen(appId, what)) stopped.add(`${appId} ${name}`)
      change(appId)
    },
    runOneOff: async (appId, request) => {
      const { name, type = name.split('.')[0] ?? name, command, size, release } = request
      controls.calls.push(`run ${name} ${command}`)
      if (controls.runFails) throw controls.runFails
      const { status, output, hold } = controls.releasePhase
      const at = new Date().toISOString()
      const record: DynoRecord = {
        id: randomUUID(),
        name,
        type,
        command,
        size,
        state: 'starting',
        release_id: release.id,
        release_version: release.version,
        created_at: at,
        updated_at: at,
      }
      let end = () => {}
      const ended = new Promise<number>((resolve) => (end = () => resolve(SIGTERM)))
      runs.set(record.id, { appId, record, end })
      const exit = (async () => {
        request.onOutput?.(Buffer.from(output))
        const outcome = await Promise.race([ended, (async () => (await hold, status))()])
        runs.delete(record.id)
        return outcome
      })()
      return { record, exit, stop: end }
    },
    shutdown: async (appId) => {
      controls.calls.push(`shutdown ${appId ? 'one' : 'all'}`)
      for (const { id } of store.list()) if (appId === undefined || appId === id) gone.add(id)
      for (const run of runsOf(appId)) run.end()
    },
    on: (event, listener) => void events.on(event, listener),
    off: (event, listener) => void events.off(event, listener),
    recover: async () => {
      controls.calls.push('recover')
    },
  }
}

/**
 * Makes a slug and a release of whatever it is given, after `hold`-less turns of the event loop.
 */
function fakeBuilder({
  store,
  releases,
  folders,
  controls,
}: {
  store: Store
  releases: Releases
  folders: Folders
  controls: FakeControls
}): ReturnType<Rooms['createBuilder']> {
  const builds = new Map<string, Promise<BuildRecord>>()
  return {
    async start({ appId, archive, commit, commitDescription }) {
      const now = new Date().toISOString()
      const id = randomUUID()
      const build: BuildRecord = {
        id,
        status: 'pending',
        commit,
        commit_description: commitDescription,
        slug_id: null,
        release_id: null,
        output_file: path.join(folders.builds, `${id}.log`),
        created_at: now,
        updated_at: now,
      }
      await writeFile(build.output_file, '-----> Node.js app detected\n')
      await store.update(appId, (draft) => {
        draft.builds.push(build)
      })
      const done = (async () => {
        await rm(archive)
        const slug: SlugRecord = {
          id: randomUUID(),
          dir: folders.slugs,
          commit,
          commit_description: commitDescription,
          process_types: { ...controls.processTypes },
          profile_env: {},
          size: 1234,
          buildpack_description: 'Node.js',
          created_at: now,
        }
        await store.update(appId, (draft) => {
          draft.slugs.push(slug)
        })
        const release = await releases.create(appId, {
          description: `Deploy ${commit?.slice(0, 8) ?? slug.id.slice(0, 8)}`,
          slugId: slug.id,
        })
        return store.update(appId, (draft) => {
          const ended = draft.builds.find((one) => one.id === id) as BuildRecord
          Object.assign(ended, { status: 'succeeded', slug_id: slug.id, release_id: release.id })
          return ended
        })
      })()
      builds.set(id, done)
      return { build, done }
    },
    async *follow(_appId, buildId) {
      yield Buffer.from('-----> Node.js app detected\n')
      await builds.get(buildId)
      yield Buffer.from('-----> Launching... done\n')
    },
    adopt: (_appId, slug) => Promise.resolve(structuredClone(slug) as SlugRecord),
    cancel: () => Promise.resolve(false),
    recover: async () => {},
    shutdown: async () => {},
    forget: async () => {},
  }
}
