import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import type {
  Builder,
  BuildRequest,
  Folders,
  Limits,
  Logplex,
  Releases,
  Store,
} from '../store/types.js'
import { NotFound } from '../api/api-error.js'
import type { AppRecord, BuildRecord, SlugRecord } from '../store/records.js'
import type { Isolation } from '../dynos/isolation.js'
import { copySlug } from './copy-slug.js'
import { BuildRecords } from './build-records.js'
import { compile } from './compile.js'
import { watchDisk, type BuildRoom } from './disk-watch.js'
import { BuildFailure } from './failure.js'
import { launch } from './launch.js'
import { killLeftProcesses } from './left-processes.js'
import { BuildOutput } from './output.js'
import { buildPlaces } from './places.js'
import { recoverBuilds } from './recovery.js'
import { SLUG_LIMIT } from './slug.js'
import type { SourceLimits } from './unpack.js'
import { removeFolder } from '../daemon/folders.js'

export interface BuilderParts {
  store: Store
  releases: Releases
  logplex: Logplex
  folders: Folders
  limits: Limits
  /** Where the router serves an app. */
  webUrl: (appName: string) => string
  /** How builds are kept from the state folder; absent if they are not. */
  isolation?: Promise<Isolation>
  /** Why the network reaches what apps listen on; undefined if it does not. */
  exposure?: Promise<string | undefined>
  /** The slug compiler; that of this room if absent. */
  compile?: typeof compile
  /** Bytes of a compressed slug; 500 MB as on Heroku. */
  slugLimit?: number
  /** Of a source once it is unpacked. */
  sourceLimits?: SourceLimits
  /** What one build may write. */
  buildRoom?: BuildRoom
  /** How many releases back a rollback must be able to go. */
  releasesKept?: number
}

export interface LocalBuilder extends Builder {
  /**
   * Ends the builds of an app and removes its folders: builds, slugs, cache and repository. After
   * the app itself is gone.
   */
  forget(appId: string): Promise<void>
  /** Ends all builds, which become failed; resolves when no process of theirs is left. */
  shutdown(): Promise<void>
}

interface Job {
  app: Readonly<AppRecord>
  build: BuildRecord
  request: BuildRequest
  output: BuildOutput
  stop: AbortController
  stage: 'waiting' | 'compiling' | 'releasing'
  done?: Promise<unknown>
}

/**
 * Builds of one app run one after the other, in the order of their registration, so that releases
 * come in that order; apps do not wait for each other.
 */
export function createBuilder(parts: BuilderParts): LocalBuilder {
  const { store, folders, logplex, limits } = parts
  const places = buildPlaces(folders)
  const records = new BuildRecords(store, places, parts.releasesKept ?? 20)
  const jobs = new Map<string, Job>()
  const queues = new Map<string, Promise<unknown>>()
  let isClosed = false

  async function start(request: BuildRequest, onOutput?: (chunk: Buffer) => void) {
    const app = store.find(request.appId)
    if (app === undefined || isClosed) {
      await rm(request.archive, { force: true })
      throw app === undefined
        ? new NotFound('app')
        : new Error('The embedded Heroku is shutting down.')
    }
    const build = records.create(request)
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
    jobs.set(build.id, job)
    log(app.id, `Build started by user ${app.releases.at(-1)?.user ?? 'local'}`)
    const done = (queues.get(app.id) ?? Promise.resolve()).then(() => runJob(job))
    job.done = done
    const queue = done.then(() => retire(app.id))
    queues.set(app.id, queue)
    return { build, done }
  }

  async function runJob(job: Job): Promise<BuildRecord> {
    const { app, build, request, output, stop } = job
    const work = path.join(places.work, build.id)
    const slugId = randomUUID()
    const slugDir = places.slug(app.id, slugId)
    const timer = setTimeout(
      () =>
        stop.abort(
          new BuildFailure(
            `The build took longer than ${limits.buildTimeout / 1000} s and was stopped.`,
          ),
        ),
      limits.buildTimeout,
    )
    const endWatch = watchDisk(
      [work, slugDir, places.cache(app.id)],
      (failure) => stop.abort(failure),
      parts.buildRoom,
    )
    let outcome: BuildRecord
    try {
      job.stage = 'compiling'
      await mkdir(work, { recursive: true })
      stop.signal.throwIfAborted()
      outcome = await releaseOf(job, { slugId, slugDir, work })
    } catch (error) {
      report(output, BuildFailure.from(error))
      outcome = await records.settle(job, await records.discard(job, slugId, slugDir))
    } finally {
      clearTimeout(timer)
      endWatch()
    }
    log(
      app.id,
      outcome.status === 'succeeded'
        ? 'Build succeeded'
        : 'Build failed -- check your build output',
    )
    const [ended] = await Promise.allSettled([killLeftProcesses(path.join(work, 'groups'), work)])
    if (ended.status === 'rejected')
      log(app.id, `What the build left running could not be ended: ${String(ended.reason)}`)
    await Promise.allSettled([removeFolder(work), rm(request.archive, { force: true })])
    output.end()
    jobs.delete(build.id)
    return outcome
  }

  async function releaseOf(
    job: Job,
    { slugId, slugDir, work }: { slugId: string; slugDir: string; work: string },
  ): Promise<BuildRecord> {
    const { build, request, output, stop } = job
    const app = store.find(job.app.id) ?? job.app
    const { processTypes, size, modules, node } = await (parts.compile ?? compile)({
      archive: request.archive,
      commit: request.commit,
      configVars: app.config_vars,
      slugDir,
      work,
      cache: places.cache(app.id),
      shared: places.shared,
      nodes: places.nodes,
      output,
      signal: stop.signal,
      isolate: (await parts.isolation)?.isolate,
      slugLimit: parts.slugLimit ?? SLUG_LIMIT,
      sourceLimits: parts.sourceLimits,
    })
    job.stage = 'releasing'
    if (output.writeError !== undefined) throw output.writeError
    await records.addSlug(job, {
      id: slugId,
      dir: slugDir,
      ...(modules === undefined ? {} : { modules }),
      ...(node === undefined ? {} : { node }),
      commit: request.commit,
      commit_description: request.commitDescription,
      process_types: processTypes,
      profile_env: { NODE_ENV: 'production' },
      size,
      buildpack_description: 'Node.js',
      created_at: new Date().toISOString(),
    })
    const release = await launch(parts.releases, {
      appId: app.id,
      build,
      slugId,
      hasReleaseCommand: processTypes.release !== undefined,
      url: parts.webUrl(app.name),
      exposure: await parts.exposure,
      output,
    })
    return await records.settle(job, {
      status: 'succeeded',
      slug_id: slugId,
      release_id: release.id,
    })
  }

  /** After each build. Trouble here is no trouble of the build. */
  async function retire(appId: string): Promise<void> {
    await records
      .retire(appId)
      .catch((error: unknown) =>
        log(
          appId,
          `Old slugs could not be removed: ${error instanceof Error ? error.message : String(error)}`,
        ),
      )
  }

  async function adopt(appId: string, slug: Readonly<SlugRecord>): Promise<SlugRecord> {
    const own = store.find(appId)?.slugs.find(({ id }) => id === slug.id)
    if (own) return structuredClone(own) as SlugRecord
    // In turn with builds: it removes trees that no slug uses.
    const queue = (queues.get(appId) ?? Promise.resolve()).then(() => retire(appId))
    queues.set(appId, queue)
    const copy = await copySlug(slug, places.slug(appId, randomUUID()))
    if (store.find(appId) !== undefined) return copy
    await removeFolder(copy.dir)
    throw new NotFound('app')
  }

  async function* follow(appId: string, buildId: string): AsyncGenerator<Buffer> {
    const build = store.find(appId)?.builds.find((one) => one.id === buildId)
    const job = jobs.get(buildId)
    if (build === undefined) throw new NotFound('build')
    if (job !== undefined) return yield* job.output.follow()
    yield* BuildOutput.ended(build.output_file)
  }

  /**
   * Ends a build that waits or compiles, with every process of it; it has failed then (schema:
   * build, "Cancel running build": the status of a build is failed, pending or succeeded). Whether
   * there was one to end: what is released already, or has ended, is not.
   */
  async function cancel(appId: string, buildId: string): Promise<boolean> {
    const job = jobs.get(buildId)
    if (job === undefined || job.app.id !== appId || job.stage === 'releasing') return false
    job.stop.abort(new BuildFailure('The build was cancelled.'))
    if (job.stage === 'waiting') await records.settle(job, { status: 'failed', slug_id: null })
    else await job.done
    return true
  }

  async function stopJobs(isConcerned: (job: Job) => boolean, why: string): Promise<void> {
    const concerned = [...jobs.values()].filter(isConcerned)
    for (const { stop } of concerned) stop.abort(new BuildFailure(why))
    await Promise.all([...new Set(concerned.map(({ app }) => app.id))].map((id) => queues.get(id)))
  }

  function log(appId: string, message: string): void {
    logplex.append(appId, { time: Date.now(), source: 'app', dyno: 'api', message })
  }

  return {
    start,
    adopt,
    follow,
    cancel,
    recover: () => recoverBuilds(store, folders),
    async forget(appId) {
      await stopJobs(({ app }) => app.id === appId, 'The app was destroyed.')
      queues.delete(appId)
      for (const folder of places.appFolders(appId)) await removeFolder(folder)
    },
    async shutdown() {
      isClosed = true
      await stopJobs(() => true, 'The platform was stopped while this build ran. Push again.')
      await Promise.all(queues.values())
    },
  }
}

function report(output: BuildOutput, failure: BuildFailure): void {
  output.heading('Build failed')
  output.line(failure.message)
  for (const line of failure.details) output.line(line)
  output.raw('\n')
  output.warning('Push rejected, failed to compile Node.js app.')
  output.raw('\n')
  output.warning('Push failed')
}
