import { ShipitError } from '../errors.js'
import type { App, Build, Release } from '../heroku/types.js'
import { duration, pause, type Deployment } from './deployment.js'
import type { StepReport } from './events.js'
import { releaseOfPush } from './find-release.js'
import type { InProgress } from './in-progress.js'
import { sayLines } from './say-lines.js'

/** ms that a build may take: Heroku gives it 15 minutes (https://devcenter.heroku.com/articles/limits#build). */
const BUILD_TIME = 20 * 60_000

/** The app and the release of the deploy that is followed; of a build, once it has ended. What is judged later is judged as if this deploy had made it. */
export async function follow(deployment: Deployment, follows: InProgress): Promise<{ app: App; release: Release }> {
  const { plan, platform, steps, changed } = deployment
  const app = await platform.findApp(plan.app)
  if (!app) throw new ShipitError('not_found', { message: `${plan.app} is not there any more.` })
  changed.app = app
  const release = follows.release
    ? await platform.release(plan.app, follows.release.id)
    : await steps.run('push', `Following the build of ${plan.commit.short}`, (report) => followBuild(deployment, follows.build!, report))
  // From here on there is something to go back from, whoever pushed it.
  changed.isPushBegun = true
  changed.isPushEnded = true
  changed.releases.push(release)
  return { app, release }
}

async function followBuild(deployment: Deployment, id: string, report: StepReport): Promise<Release> {
  const { plan, platform, signal } = deployment
  const deadline = Date.now() + BUILD_TIME
  const limit = AbortSignal.any([signal, AbortSignal.timeout(BUILD_TIME)])
  let build = await platform.build(plan.app, id)
  await sayLines(platform.output(build.output_stream_url, limit), report.line)
  for (let look = 0; build.status === 'pending'; look++) {
    signal.throwIfAborted()
    if (Date.now() > deadline) throw new ShipitError('timeout', { message: `The build of ${plan.commit.short} had not ended after ${duration(BUILD_TIME)}.`, next: `Look at \`shipit releases --app ${plan.app}\`.` })
    if (look > 0) await pause(deployment, look, signal)
    build = await platform.build(plan.app, id)
  }
  const release = await releaseOf(deployment, build)
  report.detail(`v${release.version}`)
  return release
}

/** What the build has come to. */
async function releaseOf(deployment: Deployment, build: Build): Promise<Release> {
  if (build.status === 'failed') {
    throw new ShipitError('build', { message: `The build of ${deployment.plan.commit.short} that was followed has failed. Nothing was released.`, next: 'Fix what the build complains about, commit, and deploy again.' })
  }
  return build.release ? deployment.platform.release(deployment.plan.app, build.release.id) : releaseOfPush(deployment)
}
