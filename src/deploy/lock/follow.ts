import { ShipitError } from '../../errors.js'
import type { Build, Release } from '../../heroku/index.js'
import { buildEnd } from '../build-end.js'
import type { Deployment } from '../deployment.js'
import type { StepReport } from '../events.js'
import { releaseOfPush } from '../find-release.js'
import type { Running } from '../steps/step.js'
import type { InProgress } from './in-progress.js'

/**
 * Takes over a deploy that is under way: its app and, if it has one already, its release. What is
 * judged later is judged as if this deploy had made it.
 */
export async function takeOver(running: Running, follows: InProgress): Promise<void> {
  const { plan, platform } = running
  const app = await platform.findApp(plan.app)
  if (!app) throw new ShipitError('not_found', { message: `${plan.app} is not there any more.` })
  running.app = app
  if (!follows.release) return
  running.release = await platform.release(plan.app, follows.release.id)
  adopt(running, running.release)
}

/** From here on there is something to go back from, whoever pushed it. */
function adopt({ journal }: Deployment, release: Release): void {
  journal.record({ did: 'begin push' })
  journal.record({ did: 'end push' })
  journal.record({ did: 'release', release })
}

/** Shows the build that is under way to its end. */
export async function followBuild(
  deployment: Deployment,
  { build: id }: InProgress,
  report: StepReport,
): Promise<Release> {
  const {
    plan: { app },
    platform,
    signal,
    timing,
  } = deployment
  const poll = () => platform.build(app, id!)
  const build = await buildEnd(await poll(), {
    app,
    poll,
    output: (url, limit) => platform.output(url, limit),
    say: report.line,
    signal,
    timing,
  })
  const release = await releaseOf(deployment, build)
  adopt(deployment, release)
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
