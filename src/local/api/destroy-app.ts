import { rm } from 'node:fs/promises'
import path from 'node:path'
import type { AppRecord } from '../types.js'
import type { ApiParts } from './parts.js'

/** Stops an app's dynos, forgets the app, then removes what it left on disk. It is gone once its record is; the rest is cleaning. */
export async function destroyApp({ store, dynos, logplex, folders, log }: ApiParts, app: Readonly<AppRecord>): Promise<void> {
  await dynos.shutdown(app.id)
  await store.remove(app.id)
  await logplex.forget(app.id)
  const left = [
    ...app.slugs.map((slug) => slug.dir),
    ...app.builds.map((build) => build.output_file),
    ...app.releases.map((release) => path.join(folders.builds, `release-${release.id}.log`)),
    ...[folders.repos, folders.slugs, folders.builds, folders.caches, folders.dynos].flatMap((folder) => [path.join(folder, app.id), path.join(folder, `${app.id}.git`)]),
  ]
  for (const entry of left) {
    // Only ever below our own root, whatever a record says.
    if (!path.resolve(entry).startsWith(folders.root + path.sep)) continue
    await rm(entry, { recursive: true, force: true }).catch((error: Error) => log(`could not remove ${entry} of the destroyed app ${app.name}: ${error.message}`))
  }
}
