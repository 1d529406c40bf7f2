/** A push whose connection broke: the platform goes on with what has arrived. */
import { ShipitError } from '../errors.js'
import type { Release } from '../heroku/index.js'
import type { Deployment } from './deployment.js'
import type { StepReport } from './events.js'
import { waitForUnfinished } from './rollback/unfinished.js'
import { monotonic } from '../lib/monotonic.js'

const LOOKED_AT = 5

/**
 * The release that the platform has made of the push all the same; undefined if it has made
 * none, cannot be asked, or has not ended in the time of a deploy.
 * @throws ShipitError `build` where the build that went on has failed; the signal's reason
 */
export async function releaseAfterAll(
  deployment: Deployment,
  error: unknown,
  report: StepReport,
): Promise<Release | undefined> {
  const { plan, platform, journal, signal } = deployment
  if (signal.aborted || !(error instanceof ShipitError) || error.code !== 'network')
    return undefined
  const before = journal.releases.length
  try {
    let isWaiting = false
    const left = await waitForUnfinished(
      deployment,
      monotonic() + plan.waitTimeout,
      (what) => {
        isWaiting = true
        report.line(
          `The connection broke off, and the ${what} goes on at ${plan.platform}: waiting for ` +
            'its end.',
        )
      },
      { isPhaseLeft: true },
    )
    journal.record({ did: 'break off', left })
    const made = journal.releases.slice(before).at(-1)
    if (made && !isWaiting)
      report.line(`The connection broke off, but all had arrived: v${made.version} was made of it.`)
    if (made || left || plan.promotes) return made
    const built = (await platform.builds(plan.app, LOOKED_AT)).find((build) =>
      journal.isOwnBuild(build, plan.commit.id),
    )
    // One that nothing was heard of may be an older one of the same commit.
    const isOurs = journal.build !== undefined || journal.has('hear push')
    if (!isOurs || built?.status !== 'failed') return undefined
  } catch (second) {
    signal.throwIfAborted()
    if (second instanceof ShipitError) return undefined
    throw second
  }
  throw new ShipitError('build', {
    message: `The build of ${plan.commit.short} failed.`,
    why: 'The connection broke off before its end, so its last lines are missing here.',
    next: 'Deploy again to see them.',
  })
}
