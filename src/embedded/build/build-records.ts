/** What the store keeps of builds: how each began and ended, and no more than a rollback can reach. */
import { randomUUID } from 'node:crypto'
import { removeFolder } from '../daemon/folders.js'
import type { AppRecord, BuildRecord, SlugRecord } from '../store/records.js'
import type { BuildRequest, Store } from '../store/types.js'
import type { BuildOutput } from './output.js'
import type { buildPlaces } from './places.js'
import { dropExpired, findExpired } from './retention.js'
import { sweepTrees } from './tree-cache.js'

interface Recorded {
  app: Readonly<AppRecord>
  build: BuildRecord
  output: BuildOutput
}

export class BuildRecords {
  /** @param kept how many releases back a rollback must be able to go */
  constructor(
    private readonly store: Store,
    private readonly places: ReturnType<typeof buildPlaces>,
    private readonly kept: number,
  ) {}

  create(request: BuildRequest): BuildRecord {
    const id = randomUUID()
    const now = new Date().toISOString()
    return {
      id,
      status: 'pending',
      commit: request.commit,
      commit_description: request.commitDescription,
      slug_id: null,
      release_id: null,
      output_file: this.places.outputFile(request.appId, id),
      created_at: now,
      updated_at: now,
    }
  }

  async addSlug({ app, build }: Recorded, slug: SlugRecord): Promise<void> {
    await this.store.update(app.id, (draft) => {
      draft.slugs.push(slug)
      // With no buildpack set, Heroku detects one and sets it
      // (devcenter.heroku.com/articles/buildpacks).
      if (draft.buildpacks?.length === 0) delete draft.buildpacks
      const own = draft.builds.find((one) => one.id === build.id)
      if (own !== undefined) own.slug_id = slug.id
    })
  }

  /** A failed build leaves no slug, unless a release was made of it before the failure. */
  async discard(
    { app, output }: Recorded,
    slugId: string,
    slugDir: string,
  ): Promise<Partial<BuildRecord>> {
    const release = this.store.find(app.id)?.releases.find((one) => one.slug_id === slugId)
    if (release !== undefined) return { status: 'failed', slug_id: slugId, release_id: release.id }
    await removeFolder(slugDir).catch((trouble: Error) => output.warning(trouble.message))
    return { status: 'failed', slug_id: null }
  }

  /** Stores how a build ended; an app that is gone has nothing to be stored in. */
  async settle(
    { app, build, output }: Recorded,
    change: Partial<BuildRecord>,
  ): Promise<BuildRecord> {
    const ended: BuildRecord = { ...build, ...change, updated_at: new Date().toISOString() }
    if (this.store.find(app.id) === undefined) return ended
    try {
      await this.store.update(app.id, (draft) => {
        draft.builds = draft.builds.map((one) => (one.id === build.id ? ended : one))
        const used = new Set([...draft.builds, ...draft.releases].map((one) => one.slug_id))
        draft.slugs = draft.slugs.filter((slug) => used.has(slug.id))
      })
    } catch (error) {
      output.warning(
        'How this build ended could not be stored: ' +
          `${error instanceof Error ? error.message : String(error)}`,
      )
    }
    return ended
  }

  /** Removes what no rollback can reach any more. */
  async retire(appId: string): Promise<void> {
    const { store, places } = this
    const app = store.find(appId)
    if (app === undefined) return
    const expired = findExpired(app, this.kept)
    const slugs = app.slugs.filter(({ id }) => expired.slugs.includes(id))
    if (expired.slugs.length + expired.builds.length > 0)
      await store.update(appId, (draft) => dropExpired(draft, expired))
    for (const file of [
      ...slugs.map(({ dir }) => dir),
      ...expired.builds.map((id) => places.outputFile(appId, id)),
    ])
      await removeFolder(file)
    await sweepTrees(
      places.cache(appId),
      store.find(appId)?.slugs.map(({ modules }) => modules) ?? [],
    )
  }
}
