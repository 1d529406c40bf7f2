/** What a push that was broken off may have left under way at the platform: its build goes on (Heroku has no way to cancel one), and its release phase. */
import { isOwnBuild, pause, refOf, type Deployment } from '../deployment.js'
import { lookForRelease } from '../find-release.js'
import type { Outcome } from './rollback.js'

export type Unfinished = 'build' | 'release phase'

/** Looks for a build after the push has ended: the platform may list it a moment later, and does so where it has answered the push at all. */
const LOOKS_FOR_BUILD = { unheard: 3, heard: 10 }

/**
 * Waits for the end of the build, and of the release phase unless `isPhaseLeft`, that the push may have begun; their release is then among the deployment's.
 * @param say told once of what is waited for
 * @returns what has not ended by the deadline (ms since the epoch); undefined where nothing is left under way
 */
export async function waitForUnfinished(deployment: Deployment, deadline: number, say: (what: Unfinished) => void, isPhaseLeft = false): Promise<Unfinished | undefined> {
  const { plan, platform, changed, signal } = deployment
  const looks = changed.isPushHeard || changed.build !== undefined ? LOOKS_FOR_BUILD.heard : LOOKS_FOR_BUILD.unheard
  let isFound = changed.isPushEnded
  let isSaid = false
  for (let look = 1; changed.isPushBegun; look++) {
    // Before the releases: a build that has ended by now has made its release by the time those are listed.
    const isBuilding = (await platform.builds(plan.app, 5)).some((build) => build.status === 'pending' && isOwnBuild(deployment, build))
    const made = isFound ? undefined : await lookForRelease(deployment)
    if (made) {
      changed.releases.push(made)
      isFound = true
    }
    const last = changed.releases.at(-1)
    const isReleasing = !isPhaseLeft && last !== undefined && (await platform.release(plan.app, last.id)).status === 'pending'
    const what = isBuilding ? 'build' : isReleasing ? 'release phase' : undefined
    if (!what && (isFound || look >= looks)) return undefined
    if (what && !isSaid) say(what)
    isSaid ||= what !== undefined
    if (Date.now() > deadline) return what
    await pause(deployment, look, signal)
  }
  return undefined
}

/** What serves while that goes on. */
export async function stillUnderWay({ plan, platform, changed }: Deployment, what: Unfinished): Promise<Outcome> {
  const now = await platform.currentRelease(plan.app)
  const made = changed.releases.at(-1)
  const serving = now?.slug ? refOf(now) : null
  return {
    release: made ? refOf(made) : null,
    rolledBackTo: null,
    serving,
    sentence: `The ${what} of ${what === 'build' ? plan.commit.short : `v${made?.version}`} goes on at ${plan.platform}, which cannot cancel it: when it succeeds, it serves. `
      + `Until then ${serving ? `v${serving.version} serves` : 'nothing serves'}.`,
  }
}
