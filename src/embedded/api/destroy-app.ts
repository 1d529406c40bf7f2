import { rm } from 'node:fs/promises'
import path from 'node:path'
import type { AppRecord } from '../store/types.js'
import type { ApiParts } from './parts.js'

/**
 * Stops an app's dynos, forgets the app, then removes what it left on disk. It is gone once its
 * record is; the rest is cleaning.
 */
export async function destroyApp(
  { store, dynos, builder, logplex, folders, log }: ApiParts,
  app: Readonly<AppRecord>,
): Promise<void> {
  await dynos.shutdown(app.id)
  await store.remove(app.id)
  const releaseOutputs = app.releases.map((release) =>
    path.join(folders.builds, `release-${release.id}.log`),
  )
  const cleaned = await Promise.allSettled([
    logplex.forget(app.id),
    builder.forget(app.id),
    ...releaseOutputs.map((file) => rm(file, { force: true })),
  ])
  for (const result of cleaned) {
    if (result.status === 'rejected')
      log(`could not remove all of the destroyed app ${app.name}: ${String(result.reason)}`)
  }
}
