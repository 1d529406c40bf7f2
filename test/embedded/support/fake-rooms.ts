import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import path from 'node:path'
import type { Rooms } from '../../../src/embedded/daemon/daemon.js'
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
}

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

function fakeDynos(store: Store, controls: FakeControls): ReturnType<Rooms['createDynos']> {
  const events = new EventEmitter()
  const ids = new Map<string, string>()
  const idOf = (key: string) => ids.get(key) ?? (ids.set(key, randomUUID()).get(key) as string)
  const list = (appId: string): DynoRecord[] => {
    const app = store.find(appId)
    const release = app?.releases.find((one) => one.id === app.current_release_id)
    if (!app || !release) return []
    return Object.values(app.formation).flatMap(
      ({ type, command, size, quantity, created_at, updated_at }) =>
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
  }
  return {
    isolation: Promise.resolve({ why: 'there are no processes' }),
    exposure: Promise.resolve(undefined),
    reconcile: (appId, reason) => {
      controls.calls.push(`reconcile ${store.find(appId)?.name} ${reason}`)
      events.emit('change', appId)
    },
    list,
    webTargets: () => [],
    webStatus: () => 'none',
    restart: async (_appId, what, why) => {
      controls.calls.push(`restart ${JSON.stringify(what ?? 'all')}${why ? ` ${why}` : ''}`)
    },
    stop: async (_appId, what) => {
      controls.calls.push(`stop ${JSON.stringify(what)}`)
    },
    runOneOff: async (_appId, { name, type = 'run', command, size, release, onOutput }) => {
      controls.calls.push(`run ${name} ${command}`)
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
      return {
        record,
        exit: (async () => {
          onOutput?.(Buffer.from(output))
          await hold
          return status
        })(),
        stop: () => {},
      }
    },
    shutdown: async (appId) => {
      controls.calls.push(`shutdown ${appId ? 'one' : 'all'}`)
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
    cancel: () => Promise.resolve(false),
    recover: async () => {},
    shutdown: async () => {},
    forget: async () => {},
  }
}
