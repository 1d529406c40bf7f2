import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { removeFolder } from '../daemon/folders.js'
import type { Certificate } from '../rendezvous/certificate.js'
import type { OpenedStore } from '../store/index.js'
import { ASIDE } from '../store/state-file.js'
import type { Clock, Dynos, Folders, Logplex, Store } from '../store/types.js'
import { allAddons } from './attachments.js'
import { createPapertrail } from './papertrail.js'
import { createPostgres } from './postgres/index.js'
import type { Provider } from './provider.js'
import { createRedis } from './redis/index.js'
import { createScheduler } from './scheduler/index.js'

interface ProviderParts {
  folders: Pick<Folders, 'root' | 'addons' | 'caches'>
  store: Store
  logplex: Logplex
  dynos: Pick<Dynos, 'list' | 'runOneOff'>
  clock: Clock
  certificate: () => Promise<Certificate>
  log: (message: string) => void
}

/** Of the one PostgreSQL, beside those of add-ons, which have their ids. */
const POSTGRES = 'postgres'

/** What makes each service real, by its name in the catalog. */
export function createProviders(parts: ProviderParts): Record<string, Provider> {
  const { folders, store, logplex, dynos, clock, certificate, log } = parts
  const folderOf = (id: string) => path.join(folders.addons, id)
  return {
    'heroku-postgresql': createPostgres({
      folder: folderOf(POSTGRES),
      kept: path.join(folders.caches, POSTGRES),
      certificate,
      log,
    }),
    'heroku-redis': createRedis({ folderOf, certificate, log }),
    papertrail: createPapertrail({
      folderOf,
      appOf: (id) => allAddons(store.list()).find(({ addon }) => addon.id === id)?.app.id,
      logplex,
      log,
    }),
    scheduler: createScheduler({ store, dynos, logplex, clock, folders, log }),
  }
}

/**
 * Whether the store has all apps that there are: a record that was set aside may come back, and its
 * add-ons need their data then.
 */
export async function isStoreWhole(
  { apps }: Pick<Folders, 'apps'>,
  { problems }: Pick<OpenedStore, 'problems'>,
): Promise<boolean> {
  return problems.length === 0 && !(await readdir(apps)).some((name) => name.includes(ASIDE))
}

/** Removes data of apps that were destroyed just before the platform was killed. */
export async function removeUnknownFolders(
  { addons }: Pick<Folders, 'addons'>,
  store: Store,
): Promise<void> {
  const known = new Set(allAddons(store.list()).map(({ addon }) => addon.id))
  for (const name of await readdir(addons))
    if (name !== POSTGRES && !known.has(name)) await removeFolder(path.join(addons, name))
}
