/**
 * The apps of the embedded Heroku: one JSON file an app, written whole and synced before a change
 * is acknowledged.
 */
import { open, readFile, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { Conflict, NotFound } from '../api/api-error.js'
import { asAppRecord } from './app-record.js'
import { NewerState, STATE_VERSION } from './migrations.js'
import type { AppRecord } from './records.js'
import { ASIDE, setAside, type StateProblem } from './state-file.js'
import type { Folders, Store } from './types.js'

export interface OpenedStore extends Store {
  /**
   * Files that could not become an app at start. Nothing is deleted but writes that were never
   * acknowledged.
   */
  readonly problems: readonly StateProblem[]
  /** Resolves when every change that was asked for so far is durable or refused. */
  settled(): Promise<void>
}

const RECORD = /^[0-9a-f-]{36}\.json$/
/** What write-file-atomic calls a file that is not renamed into place yet. */
const UNFINISHED = /^[0-9a-f-]{36}\.json\.\d+$/

/** A rename or removal survives a power cut only once its folder is synced too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function load(folder: string): Promise<{ apps: AppRecord[]; problems: StateProblem[] }> {
  const apps: AppRecord[] = []
  const problems: StateProblem[] = []
  for (const name of (await readdir(folder)).sort()) {
    const file = path.join(folder, name)
    if (UNFINISHED.test(name)) {
      await rm(file)
      problems.push({
        file,
        problem:
          'a write that was cut off before it was acknowledged; the record before it is in use',
      })
    } else if (RECORD.test(name)) {
      try {
        const record = asAppRecord(JSON.parse(await readFile(file, 'utf8')))
        if (`${record.id}.json` !== name) throw new Error(`it holds the app with id ${record.id}`)
        const twin = apps.find((app) => app.name === record.name)
        if (twin) throw new Error(`its name ${record.name} belongs to ${twin.id} as well`)
        apps.push(deepFreeze(record))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).syscall !== undefined) throw error
        if (error instanceof NewerState) {
          problems.push({
            file,
            problem: `cannot be read: ${error.message}. It is left as it is; update shipit to use it.`,
          })
          continue
        }
        // What a parser says may repeat what it read, secrets among it.
        const why = error instanceof SyntaxError ? 'it is not JSON' : (error as Error).message
        problems.push({
          file,
          problem:
            `cannot be read: ${why}. It was set aside as ${await setAside(file)}; the app's ` +
            'code and builds are kept.',
        })
      }
    } else if (!name.includes(ASIDE)) {
      problems.push({ file, problem: 'is not a record of an app' })
    }
  }
  return { apps, problems }
}

/**
 * Loads every app under `folders.apps` into memory. What cannot be loaded is in `problems`, and its
 * file is set aside.
 */
export async function openStore(folders: Pick<Folders, 'apps'>): Promise<OpenedStore> {
  const loaded = await load(folders.apps)
  const apps = new Map(loaded.apps.map((app) => [app.id, app]))
  /** Names in use, and those being written: two creations of one name must not both pass. */
  const owners = new Map(loaded.apps.map((app) => [app.name, app.id]))
  const queues = new Map<string, Promise<unknown>>()

  const fileOf = (id: string) => path.join(folders.apps, `${id}.json`)

  const claim = (name: string, id: string) => {
    if (owners.has(name)) throw new Conflict(`Name ${name} is already taken`)
    owners.set(name, id)
  }

  const write = async (record: AppRecord) => {
    await writeFileAtomic(
      fileOf(record.id),
      JSON.stringify({ state_version: STATE_VERSION, ...record }),
      { mode: 0o600, fsync: true },
    )
    await syncFolder(folders.apps)
    apps.set(record.id, deepFreeze(record))
  }

  const inTurn = <T>(id: string, task: () => Promise<T>): Promise<T> => {
    const turn = (queues.get(id) ?? Promise.resolve()).then(task)
    const settled = turn.then(
      () => undefined,
      () => undefined,
    )
    queues.set(id, settled)
    void settled.then(() => {
      if (queues.get(id) === settled) queues.delete(id)
    })
    return turn
  }

  return {
    problems: loaded.problems,
    list: () => [...apps.values()],
    find(idOrName) {
      const app = apps.get(idOrName)
      if (app) return app
      const named = apps.get(owners.get(idOrName) ?? '')
      // A claimed name whose record is not durable yet does not answer to it.
      return named?.name === idOrName ? named : undefined
    },
    create: (record) =>
      inTurn(record.id, async () => {
        if (apps.has(record.id)) throw new Conflict(`There is an app with id ${record.id} already`)
        claim(record.name, record.id)
        try {
          await write(structuredClone(record))
        } catch (error) {
          owners.delete(record.name)
          throw error
        }
      }),
    update: (appId, change) =>
      inTurn(appId, async () => {
        const before = apps.get(appId)
        if (!before) throw new NotFound('app')
        const draft = structuredClone(before) as AppRecord
        const result = change(draft)
        if (draft.name !== before.name) claim(draft.name, appId)
        try {
          await write(draft)
        } catch (error) {
          if (draft.name !== before.name) owners.delete(draft.name)
          throw error
        }
        if (draft.name !== before.name) owners.delete(before.name)
        return result
      }),
    remove: (appId) =>
      inTurn(appId, async () => {
        const app = apps.get(appId)
        if (!app) throw new NotFound('app')
        await rm(fileOf(appId))
        await syncFolder(folders.apps)
        apps.delete(appId)
        owners.delete(app.name)
      }),
    async settled() {
      while (queues.size > 0) await Promise.all(queues.values())
    },
  }
}

/**
 * Records are shared with every reader; a reader that changes one by mistake must fail at once and
 * not corrupt the next write.
 */
function deepFreeze<T>(value: T): T {
  // Which all that is no object is.
  if (Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const inner of Object.values(value as object)) deepFreeze(inner)
  return value
}
