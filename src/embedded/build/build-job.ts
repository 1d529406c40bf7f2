import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { removeFolder } from '../daemon/folders.js'
import type { AppRecord, BuildRecord } from '../store/records.js'
import type { BuildRequest } from '../store/types.js'
import type { BuildRecords } from './build-records.js'
import type { BuilderParts } from './builder-parts.js'
import { compile } from './compile.js'
import { watchDisk } from './disk-watch.js'
import { BuildFailure } from './failure.js'
import { launch } from './launch.js'
import { killLeftProcesses } from './left-processes.js'
import type { BuildOutput } from './output.js'
import type { buildPlaces } from './places.js'
import { SLUG_LIMIT } from './slug.js'

/** One build, from its registration to its end. */
export interface Job {
  app: Readonly<AppRecord>
  build: BuildRecord
  request: BuildRequest
  output: BuildOutput
  stop: AbortController
  stage: 'waiting' | 'compiling' | 'releasing'
  done?: Promise<unknown>
}

/** Runs one build whose turn has come: compiles, releases, and leaves nothing behind. */
export class JobRunner {
  constructor(
    private readonly parts: BuilderParts,
    private readonly places: ReturnType<typeof buildPlaces>,
    private readonly records: BuildRecords,
    private readonly log: (appId: string, message: string) => void,
  ) {}

  /** Never rejects for a build that fails: its record says so, and its output why. */
  async run(job: Job): Promise<BuildRecord> {
    const { app, build, request, output, stop } = job
    const { records, places, parts, log } = this
    const work = path.join(places.work, build.id)
    const slugId = randomUUID()
    const slugDir = places.slug(app.id, slugId)
    const timer = setTimeout(
      () =>
        stop.abort(
          new BuildFailure(
            `The build took longer than ${parts.limits.buildTimeout / 1000} s and was stopped.`,
          ),
        ),
      parts.limits.buildTimeout,
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
      outcome = await this.release(job, { slugId, slugDir, work })
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
    return outcome
  }

  private async release(
    job: Job,
    { slugId, slugDir, work }: { slugId: string; slugDir: string; work: string },
  ): Promise<BuildRecord> {
    const { build, request, output, stop } = job
    const { records, places, parts } = this
    const app = parts.store.find(job.app.id) ?? job.app
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
