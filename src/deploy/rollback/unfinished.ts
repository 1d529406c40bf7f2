/**
 * What a push that was broken off may have left under way at the platform: its build, and its
 * release phase.
 */
import { ShipitError } from '../../errors.js'
import type { Build } from '../../heroku/index.js'
import { pause } from '../timing.js'
import { refOf } from '../ref.js'
import type { Deployment } from '../deployment.js'
import { lookForRelease } from '../find-release.js'
import type { Unfinished } from '../journal.js'
import type { Outcome } from './outcome.js'
import { monotonic } from '../../lib/monotonic.js'

/**
 * Looks for a build after the push has ended: the platform may list it a moment later, and does so
 * if it has answered the push at all.
 */
const POLLS_FOR_BUILD = { unheard: 3, heard: 10 }

interface UnfinishedOptions {
  /** Whether a release phase is left to go on. */
  isPhaseLeft?: boolean
  /** Whether a build that goes on is cancelled; one that cannot be is waited for. */
  cancels?: boolean
}

/**
 * Waits for the end of the build, and of the release phase, that the push may have begun; their
 * release is then among the deployment's.
 * @param say told once of what is waited for, or that the build is cancelled
 * @returns what has not ended by the deadline (ms since the epoch); undefined if nothing is left
 *   under way
 */
export async function waitForUnfinished(
  deployment: Deployment,
  deadline: number,
  say: (what: Unfinished, isCancelled: boolean) => void,
  { isPhaseLeft = false, cancels = false }: UnfinishedOptions = {},
): Promise<Unfinished | undefined> {
  const { plan, platform, journal, signal } = deployment
  const polls =
    journal.has('hear push') || journal.build !== undefined
      ? POLLS_FOR_BUILD.heard
      : POLLS_FOR_BUILD.unheard
  let isFound = journal.has('end push')
  let isSaid = false
  for (let poll = 1; journal.has('begin push'); poll++) {
    // Before the releases: a build that has ended by now has made its release by the time those are
    // listed.
    const builds = plan.promotes
      ? []
      : (await platform.builds(plan.app, 5)).filter((build) =>
          journal.isOwnBuild(build, plan.commit.id),
        )
    const building = builds.find(({ status }) => status === 'pending')
    const isCancelled =
      cancels && building !== undefined && !isSaid && (await cancel(deployment, building))
    const promoted = isFound ? undefined : await promotionTarget(deployment)
    const made = isFound ? undefined : await lookForRelease(deployment)
    if (made) {
      journal.record({ did: 'release', release: made })
      isFound = true
    }
    const last = journal.releases.at(-1)
    const isReleasing =
      !isPhaseLeft &&
      last !== undefined &&
      (await platform.release(plan.app, last.id)).status === 'pending'
    const what = building
      ? 'build'
      : promoted?.status === 'pending' && !isFound
        ? 'promotion'
        : isReleasing
          ? 'release phase'
          : undefined
    // A build or a promotion that failed makes no release any more.
    const isOver =
      isFound ||
      poll >= polls ||
      promoted?.status === 'failed' ||
      (isSaid && builds[0]?.status === 'failed')
    if (!what && isOver) return undefined
    if (what && !isSaid) say(what, isCancelled)
    isSaid ||= what !== undefined
    if (monotonic() > deadline) return what
    await pause(deployment, poll, signal)
  }
  return undefined
}

const promotionTarget = async ({ platform, journal }: Deployment) =>
  journal.promotion === undefined ? undefined : platform.promotionTarget(journal.promotion)

/**
 * Whether the platform has taken the wish. One that it refuses (the build has just ended), or that
 * did not get through, leaves the build to be waited for.
 */
async function cancel({ plan, platform }: Deployment, { id }: Build): Promise<boolean> {
  try {
    await platform.cancelBuild(plan.app, id)
    return true
  } catch (error) {
    if (error instanceof ShipitError) return false
    throw error
  }
}

/** What serves while that goes on. */
export async function stillUnderWay(
  { plan, platform, journal }: Deployment,
  what: Unfinished,
): Promise<Outcome> {
  const now = await platform.currentRelease(plan.app)
  const made = journal.releases.at(-1)
  const serving = now?.slug ? refOf(now) : null
  return {
    release: made ? refOf(made) : null,
    rolledBackTo: null,
    serving,
    sentence:
      `The ${what} of ${what === 'release phase' ? `v${made?.version}` : plan.commit.short} goes on ` +
      `at ${plan.platform}: when it succeeds, it serves. ` +
      `Until then ${serving ? `v${serving.version} serves` : 'nothing serves'}.`,
  }
}
