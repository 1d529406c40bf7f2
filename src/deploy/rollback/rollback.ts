import { ShipitError } from '../../errors.js'
import type { Release } from '../../heroku/index.js'
import { refOf, type Ref } from '../ref.js'
import type { Deployment } from '../deployment.js'
import type { StepReport } from '../events.js'
import type { HealthCheck } from '../health/health-check.js'
import { ReleaseWatch } from '../health/release-watch.js'
import { urlToAsk, waitForBoot, waitUntilStable } from '../health/serving.js'
import { switchoverTo, waitForSwitch } from '../health/wait-for-switch.js'
import { STEPS } from '../steps/index.js'
import { waitForRelease } from '../steps/release.js'
import type { Outcome } from './outcome.js'
import { isUnverified, keepAsking } from '../unverified.js'
import { monotonic } from '../../lib/monotonic.js'

/**
 * Says what serves now and, if it is a release of this deploy, brings back the one before it and
 * waits until that serves.
 * @throws what the platform or the rollback's own boot and health ran into
 */
export async function bringBack(deployment: Deployment, wait: number): Promise<Outcome> {
  const { plan, platform, journal } = deployment
  const before = plan.current?.release ?? null
  const made = journal.releases.at(-1)
  const now = await platform.currentRelease(plan.app)
  const stays = (sentence: string): Outcome => ({
    release: made ? refOf(made) : null,
    rolledBackTo: null,
    serving: now?.slug ? refOf(now) : null,
    sentence,
  })

  if (!now?.slug) return stays('Nothing serves yet: this app has never had a release with code.')
  if (now.id === before?.id)
    return stays(
      [`v${now.version} serves, as before.`, plan.rollback && (await undoSteps(deployment))]
        .filter(Boolean)
        .join(' '),
    )
  if (!journal.releases.some(({ id }) => id === now.id))
    return stays(
      `v${now.version} serves, which this deploy did not make, so nothing was rolled back.`,
    )
  if (!before)
    return stays(`v${now.version} stays: it is the first release, so there is none to go back to.`)
  if (!plan.rollback)
    return stays(
      `v${now.version} stays, as --no-rollback asks. \`shipit rollback v${before.version} ` +
        `--app ${plan.app}\` brings the one before back.`,
    )

  // First: the release that comes back is waited for on the dynos that it had.
  const undone = await undoSteps(deployment)
  const { release: back, doubt } = await rollBack(deployment, before, wait)
  const sentence =
    doubt === undefined
      ? `Rolled back: v${before.version} serves again, as v${back.version}.`
      : `The rollback to v${before.version} was made, as v${back.version}, and could not be ` +
        `verified: ${doubt}`
  return {
    release: made ? refOf(made) : null,
    rolledBackTo: before,
    serving: doubt === undefined ? refOf(back) : null,
    sentence: [sentence, undone].filter(Boolean).join(' '),
  }
}

/** What a rollback leaves as it is, from the last step to the first; as sentences. */
async function undoSteps(deployment: Deployment): Promise<string> {
  const done: string[] = []
  for (const { undo } of STEPS.toReversed()) {
    const sentence = await undo?.(deployment)
    if (sentence !== undefined) done.push(sentence)
  }
  return done.join(' ')
}

/** @returns the release that the rollback made, and why it is not known to serve, if it is not */
async function rollBack(
  deployment: Deployment,
  to: Ref,
  wait: number,
): Promise<{ release: Release; doubt?: string }> {
  const { steps } = deployment
  return steps.run('rollback', `Rolling back to v${to.version}`, async (report) => {
    const deadline = monotonic() + wait
    const made = await makeRollback(deployment, to, deadline, report)
    deployment.journal.record({ did: 'roll back', release: made })
    try {
      const release = await waitForRelease(deployment, made, deadline, report)
      await untilServing(deployment, release, deadline, report)
      report.detail(`v${release.version}`)
      return { release }
    } catch (error) {
      if (!isUnverified(error)) throw error
      report.detail(`v${made.version}, not verified`)
      return { release: made, doubt: ShipitError.from(error).message }
    }
  })
}

async function untilServing(
  deployment: Deployment,
  release: Release,
  deadline: number,
  report: StepReport,
): Promise<void> {
  const { plan, bare, app, timing } = deployment
  const watch = new ReleaseWatch(bare, plan.app, release, {
    isAfterCrash: true,
    switchover: switchoverTo(deployment, release),
  })
  // A path that came with the new release is none that the old one has to know.
  const check: HealthCheck = { ...plan.health, isNamed: false, status: null }
  try {
    await waitForBoot(deployment, watch, release, deadline, report)
    const url = urlToAsk(check, watch, app)
    if (watch.hasWeb) await waitForSwitch(deployment, watch, { release, url, deadline }, report)
    await waitUntilStable(
      deployment,
      watch,
      {
        release,
        url,
        check,
        deadline: Math.min(deadline, monotonic() + (check.timeout ?? timing.health)),
        giveUp: deadline,
      },
      report,
    )
  } finally {
    watch.stop()
  }
}

/**
 * Asks for the rollback until it is made: the release that failed serves meanwhile. Where an answer
 * was lost, the platform may have made it all the same, so its releases are looked at before it is
 * asked for once more.
 */
async function makeRollback(
  { plan, platform, bare, journal, timing, signal }: Deployment,
  to: Ref,
  deadline: number,
  report: StepReport,
): Promise<Release> {
  const known = journal.newestVersion(undefined)
  const slug = plan.current?.slug
  let tries = 0
  return keepAsking({ plan, timing, signal }, deadline, report, async () => {
    const isAgain = tries++ > 0
    const newest = isAgain
      ? (await platform.releases(plan.app, 5)).find(({ version }) => version > known)
      : undefined
    if (newest && newest.slug?.id === slug && /^rollback/i.test(newest.description)) return newest
    return bare.rollbackTo(plan.app, to.id)
  })
}
