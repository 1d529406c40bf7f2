import { ShipitError } from '../../errors.js'
import type { App, Build, Release } from '../../heroku/types.js'
import { buildEnd } from '../build-end.js'
import type { Deployment } from '../deployment.js'
import type { StepReport } from '../events.js'
import { releaseOfPush } from '../find-release.js'
import type { InProgress } from './in-progress.js'

/**
 * The app and the release of the deploy that is followed; of a build, once it has ended. What is
 * judged later is judged as if this deploy had made it.
 */
export async function follow(
  deployment: Deployment,
  follows: InProgress,
): Promise<{ app: App; release: Release }> {
  const { plan, platform, steps, changed } = deployment
  const app = await platform.findApp(plan.app)
  if (!app) throw new ShipitError('not_found', { message: `${plan.app} is not there any more.` })
  changed.app = app
  const release = follows.release
    ? await platform.release(plan.app, follows.release.id)
    : await steps.run('push', `Following the build of ${plan.commit.short}`, (report) =>
        followBuild(deployment, follows.build!, report),
      )
  // From here on there is something to go back from, whoever pushed it.
  changed.isPushBegun = true
  changed.isPushEnded = true
  changed.releases.push(release)
  return { app, release }
}

async function followBuild(
  deployment: Deployment,
  id: string,
  report: StepReport,
): Promise<Release> {
  const {
    plan: { app },
    platform,
    signal,
    timing,
  } = deployment
  const look = () => platform.build(app, id)
  const build = await buildEnd(await look(), {
    app,
    look,
    output: (url, limit) => platform.output(url, limit),
    say: report.line,
    signal,
    timing,
  })
  const release = await releaseOf(deployment, build)
  report.detail(`v${release.version}`)
  return release
}

/** What the build has come to. */
async function releaseOf(deployment: Deployment, build: Build): Promise<Release> {
  if (build.status === 'failed') {
    throw new ShipitError('build', {
      message:
        `The build of ${deployment.plan.commit.short} that was followed has failed. Nothing was ` +
        'released.',
      next: 'Fix what the build complains about, commit, and deploy again.',
    })
  }
  return build.release
    ? deployment.platform.release(deployment.plan.app, build.release.id)
    : releaseOfPush(deployment)
}
