import { appendFile, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Folders, Store } from '../store/types.js'
import type { AppRecord } from '../store/records.js'
import { buildPlaces } from './places.js'
import { sizeOfFolder, sweepNodes } from './node-runtime.js'
import { killLeftProcesses } from './left-processes.js'
import { sweepTrees } from './tree-cache.js'
import { removeFolder } from '../daemon/folders.js'

/** In bytes. */
const SHARED_CACHES_AT_MOST = 2 * 1024 * 1024 * 1024

const APP_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Ends what the builds of a daemon that was killed left running. */
export async function endLeftBuilds(folders: Folders): Promise<void> {
  const { work } = buildPlaces(folders)
  for (const name of await namesIn(work))
    await killLeftProcesses(path.join(work, name, 'groups'), path.join(work, name))
}

/**
 * Puts right what a daemon that was killed left: its build processes, its pending builds, folders
 * that belong to nothing.
 */
export async function recoverBuilds(store: Store, folders: Folders): Promise<void> {
  const places = buildPlaces(folders)
  await endLeftBuilds(folders)
  await removeFolder(places.work)
  for (const name of await namesIn(places.incoming))
    await rm(path.join(places.incoming, name), { force: true })

  for (const app of store.list()) {
    await settlePending(store, app)
    await removeStraySlugs(folders, app)
    await sweepTrees(
      places.cache(app.id),
      store.find(app.id)?.slugs.map(({ modules }) => modules) ?? [],
    )
  }
  await removeStrayApps(store, folders)
  await boundSharedCaches(places.shared)
  await sweepNodes(
    places.nodes,
    store.list().flatMap(({ slugs }) => slugs.map(({ node }) => node)),
  )
}

/** Package stores only grow; they are fetched again if they are missed. */
async function boundSharedCaches(dir: string): Promise<void> {
  if ((await namesIn(dir)).length === 0) return
  if ((await sizeOfFolder(dir)) > SHARED_CACHES_AT_MOST) await removeFolder(dir)
}

/** A build whose release was made had done all its work; every other one is lost. */
async function settlePending(store: Store, app: Readonly<AppRecord>): Promise<void> {
  const pending = app.builds.filter((build) => build.status === 'pending')
  if (pending.length === 0) return
  await store.update(app.id, (draft) => {
    for (const build of draft.builds.filter((one) => one.status === 'pending')) {
      const release =
        build.slug_id === null
          ? undefined
          : draft.releases.find((one) => one.slug_id === build.slug_id)
      build.status = release === undefined ? 'failed' : 'succeeded'
      build.release_id = release?.id ?? null
      build.updated_at = new Date().toISOString()
    }
  })
  const failed =
    store
      .find(app.id)
      ?.builds.filter((build) => build.status === 'failed')
      .map((build) => build.id) ?? []
  for (const build of pending.filter(({ id }) => failed.includes(id))) {
    await appendFile(
      build.output_file,
      ' !     The platform was stopped while this build ran. Push again.\n',
    ).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    })
  }
}

async function removeStraySlugs(folders: Folders, app: Readonly<AppRecord>): Promise<void> {
  const known = new Set(app.slugs.map((slug) => slug.dir))
  const dir = path.join(folders.slugs, app.id)
  for (const name of await namesIn(dir)) {
    const slug = path.join(dir, name)
    if (!known.has(slug)) await removeFolder(slug)
  }
}

async function removeStrayApps(store: Store, folders: Folders): Promise<void> {
  const records = await namesIn(folders.apps)
  for (const folder of [folders.builds, folders.slugs, folders.caches, folders.repos]) {
    for (const name of await namesIn(folder)) {
      // A record that was set aside may come back, and its app needs its code then.
      const isSetAside = records.some((record) => record.startsWith(name))
      if (APP_ID.test(name) && store.find(name) === undefined && !isSetAside)
        await removeFolder(path.join(folder, name))
    }
  }
}

async function namesIn(dir: string): Promise<string[]> {
  return await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
}
