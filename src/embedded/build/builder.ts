import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import type { Builder, BuildRequest } from '../store/types.js'
import { NotFound } from '../api/api-error.js'
import type { BuildRecord, SlugRecord } from '../store/records.js'
import { JobRunner, type Job } from './build-job.js'
import { BuildRecords } from './build-records.js'
import type { BuilderParts } from './builder-parts.js'
import { copySlug } from './copy-slug.js'
import { BuildFailure } from './failure.js'
import { BuildOutput } from './output.js'
import { buildPlaces } from './places.js'
import { recoverBuilds } from './recovery.js'
import { removeFolder } from '../daemon/folders.js'

export interface LocalBuilder extends Builder {
  /**
   * Ends the builds of an app and removes its folders: builds, slugs, cache and repository. After
   * the app itself is gone.
   */
  forget(appId: string): Promise<void>
  /** Ends all builds, which become failed; resolves when no process of theirs is left. */
  shutdown(): Promise<void>
}

export const createBuilder = (parts: BuilderParts): LocalBuilder => new BuildQueues(parts)

/**
 * Builds of one app run one after the other, in the order of their registration, so that releases
 * come in that order; apps do not wait for each other.
 */
class BuildQueues implements LocalBuilder {
  private readonly places
  private readonly records: BuildRecords
  private readonly runner: JobRunner
  private readonly jobs = new Map<string, Job>()
  /** By app: resolves when all that was asked for so far is done. */
  private readonly queues = new Map<string, Promise<unknown>>()
  private isClosed = false

  constructor(private readonly parts: BuilderParts) {
    this.places = buildPlaces(parts.folders)
    this.records = new BuildRecords(parts.store, this.places, parts.releasesKept ?? 20)
    this.runner = new JobRunner(parts, this.places, this.records, (id, message) =>
      this.log(id, message),
    )
  }

  async start(
    request: BuildRequest,
    onOutput?: (chunk: Buffer) => void,
  ): Promise<{ build: BuildRecord; done: Promise<BuildRecord> }> {
    const { store } = this.parts
    const app = store.find(request.appId)
    if (app === undefined || this.isClosed) {
      await rm(request.archive, { force: true })
      throw app === undefined
        ? new NotFound('app')
        : new Error('The embedded Heroku is shutting down.')
    }
    const build = this.records.create(request)
    let output: BuildOutput | undefined
    try {
      output = new BuildOutput(build.output_file, onOutput)
      await store.update(app.id, (draft) => {
        draft.builds.push({ ...build })
      })
    } catch (error) {
      output?.end()
      await rm(request.archive, { force: true })
      throw error
    }
    const job: Job = { app, build, request, output, stop: new AbortController(), stage: 'waiting' }
    this.jobs.set(build.id, job)
    this.log(app.id, `Build started by user ${app.releases.at(-1)?.user ?? 'local'}`)
    const done = this.queueOf(app.id).then(() => this.run(job))
    job.done = done
    this.queues.set(
      app.id,
      done.then(() => this.retire(app.id)),
    )
    return { build, done }
  }

  async adopt(appId: string, slug: Readonly<SlugRecord>): Promise<SlugRecord> {
    const { store } = this.parts
    const own = store.find(appId)?.slugs.find(({ id }) => id === slug.id)
    if (own) return structuredClone(own) as SlugRecord
    // In turn with builds: it removes trees that no slug uses.
    this.queues.set(
      appId,
      this.queueOf(appId).then(() => this.retire(appId)),
    )
    const copy = await copySlug(slug, this.places.slug(appId, randomUUID()))
    if (store.find(appId) !== undefined) return copy
    await removeFolder(copy.dir)
    throw new NotFound('app')
  }

  async *follow(appId: string, buildId: string): AsyncGenerator<Buffer> {
    const build = this.parts.store.find(appId)?.builds.find((one) => one.id === buildId)
    const job = this.jobs.get(buildId)
    if (build === undefined) throw new NotFound('build')
    if (job !== undefined) return yield* job.output.follow()
    yield* BuildOutput.ended(build.output_file)
  }

  /**
   * Ends a build that waits or compiles, with every process of it; it has failed then (schema:
   * build, "Cancel running build": the status of a build is failed, pending or succeeded). Whether
   * there was one to end: what is released already, or has ended, is not.
   */
  async cancel(appId: string, buildId: string): Promise<boolean> {
    const job = this.jobs.get(buildId)
    if (job === undefined || job.app.id !== appId || job.stage === 'releasing') return false
    job.stop.abort(new BuildFailure('The build was cancelled.'))
    if (job.stage === 'waiting') await this.records.settle(job, { status: 'failed', slug_id: null })
    else await job.done
    return true
  }

  recover(): Promise<void> {
    return recoverBuilds(this.parts.store, this.parts.folders)
  }

  async forget(appId: string): Promise<void> {
    await this.stopJobs(({ app }) => app.id === appId, 'The app was destroyed.')
    this.queues.delete(appId)
    for (const folder of this.places.appFolders(appId)) await removeFolder(folder)
  }

  async shutdown(): Promise<void> {
    this.isClosed = true
    await this.stopJobs(() => true, 'The platform was stopped while this build ran. Push again.')
    await Promise.all(this.queues.values())
  }

  private async run(job: Job): Promise<BuildRecord> {
    const outcome = await this.runner.run(job)
    this.jobs.delete(job.build.id)
    return outcome
  }

  private queueOf(appId: string): Promise<unknown> {
    return this.queues.get(appId) ?? Promise.resolve()
  }

  /** After each build. Trouble here is no trouble of the build. */
  private async retire(appId: string): Promise<void> {
    await this.records
      .retire(appId)
      .catch((error: unknown) =>
        this.log(
          appId,
          `Old slugs could not be removed: ${error instanceof Error ? error.message : String(error)}`,
        ),
      )
  }

  private async stopJobs(isConcerned: (job: Job) => boolean, why: string): Promise<void> {
    const concerned = [...this.jobs.values()].filter(isConcerned)
    for (const { stop } of concerned) stop.abort(new BuildFailure(why))
    await Promise.all(
      [...new Set(concerned.map(({ app }) => app.id))].map((id) => this.queues.get(id)),
    )
  }

  private log(appId: string, message: string): void {
    this.parts.logplex.append(appId, { time: Date.now(), source: 'app', dyno: 'api', message })
  }
}
