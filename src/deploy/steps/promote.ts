import { ShipitError } from '../../errors.js'
import type { Release } from '../../heroku/index.js'
import { duration } from '../../lib/duration.js'
import { monotonic } from '../../lib/monotonic.js'
import type { Deployment } from '../deployment.js'
import type { StepReport } from '../events.js'
import type { Promoted } from '../plan.js'
import { releaseAfterAll } from '../broken-push.js'
import { pause } from '../timing.js'
import { appOf, type Running, type Step } from './step.js'

/** The release of another app of the pipeline, in place of a push and a build. */
export const promote: Step = {
  name: 'promote',
  isNeeded: ({ isPromotion, isSameCommit }) => isPromotion && !isSameCommit,
  describe: ({ promotes, app }) => `promote ${nameOf(promotes)} to ${app}`,
  title: ({ plan }) => `Promoting ${nameOf(plan.promotes)} to ${plan.app}`,
  async run(running, report) {
    const made = await promoteRelease(running, report).catch(async (error: unknown) => {
      const found = await releaseAfterAll(running, error, report)
      if (!found) throw error
      return found
    })
    const { journal } = running
    if (!journal.releases.some(({ id }) => id === made.id))
      journal.record({ did: 'release', release: made })
    journal.record({ did: 'end push' })
    running.release = made
    report.detail(`v${made.version}`)
  },
}

const nameOf = (promotes: Promoted | null): string =>
  `v${promotes?.release.version} of ${promotes?.app.name}`

/** Asks for it, and waits until the release is there: the slug is copied first. */
async function promoteRelease(running: Running, report: StepReport): Promise<Release> {
  const { plan, platform, journal, signal } = running
  const { promotes } = plan
  if (!promotes) throw new Error('the plan promotes nothing')
  const target = appOf(running)
  journal.record({ did: 'begin push' })
  const id = await platform.promote({
    pipeline: promotes.pipeline,
    from: { app: promotes.app.id, release: promotes.release.id },
    to: target.id,
  })
  journal.record({ did: 'hear push' })
  journal.record({ did: 'begin promotion', id })
  const deadline = monotonic() + plan.waitTimeout
  for (let poll = 0; ; poll++) {
    const made = await releaseOfPromotion(running, id)
    if (made) return made
    if (monotonic() > deadline)
      throw new ShipitError('timeout', {
        message: `The promotion has made no release after ${duration(plan.waitTimeout)}.`,
        next: `Look at \`shipit releases --app ${plan.app}\`.`,
      })
    if (poll === 0) report.line('Copying the slug')
    await pause(running, poll, signal)
  }
}

/** @throws ShipitError `refused` with the platform's words, if it will make none */
async function releaseOfPromotion(
  { plan, platform }: Deployment,
  id: string,
): Promise<Release | undefined> {
  const target = await platform.promotionTarget(id)
  if (target?.release) return platform.release(plan.app, target.release.id)
  if (target?.status !== 'failed') return undefined
  throw new ShipitError('refused', {
    message: `${plan.platform} could not promote ${nameOf(plan.promotes)} to ${plan.app}.`,
    ...(target.error_message ? { why: target.error_message } : {}),
  })
}
