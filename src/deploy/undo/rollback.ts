import type { Release } from '../../heroku/types.js'
import { refOf, type Deployment, type Ref } from '../deployment.js'
import { healthUrl } from '../serving/probe.js'
import { ReleaseWatch } from '../serving/release-watch.js'
import { scaleBack } from '../scale.js'
import { holdUp, waitForBoot } from '../serving/serving.js'
import { waitForRelease } from '../steps.js'

/** Where a deploy that did not succeed has left the app: what error details tell. */
export interface Outcome {
  /** The release that this deploy made last; null where it made none. */
  release: Ref | null
  rolledBackTo: Ref | null
  /** Null where the app has nothing that could serve. */
  serving: Ref | null
  /** The same as a sentence. */
  sentence: string
}

/** As error details spell it. */
export function outcomeDetails({ release, rolledBackTo, serving }: Outcome): Record<string, unknown> {
  return { release, rolled_back_to: rolledBackTo, serving }
}

/**
 * Says what serves now and, where it is a release of this deploy, brings back the one before it and waits until that serves.
 * @throws what the platform or the rollback's own boot and health ran into
 */
export async function bringBack(deployment: Deployment, wait: number): Promise<Outcome> {
  const { plan, platform, changed } = deployment
  const before = plan.current?.release ?? null
  const made = changed.releases.at(-1)
  const now = await platform.currentRelease(plan.app)
  const stays = (sentence: string): Outcome => ({ release: made ? refOf(made) : null, rolledBackTo: null, serving: now?.slug ? refOf(now) : null, sentence })

  if (!now?.slug) return stays('Nothing serves yet: this app has never had a release with code.')
  if (now.id === before?.id) return stays([`v${now.version} serves, as before.`, plan.rollback && await scaleBack(deployment)].filter(Boolean).join(' '))
  if (!changed.releases.some(({ id }) => id === now.id)) return stays(`v${now.version} serves, which this deploy did not make, so nothing was rolled back.`)
  if (!before) return stays(`v${now.version} stays: it is the first release, so there is none to go back to.`)
  if (!plan.rollback) return stays(`v${now.version} stays, as --no-rollback asks. \`shipit rollback v${before.version} --app ${plan.app}\` brings the one before back.`)

  // First: the release that comes back is waited for on the dynos that it had.
  const scaled = await scaleBack(deployment)
  const back = await rollBack(deployment, before, wait)
  return { release: made ? refOf(made) : null, rolledBackTo: before, serving: refOf(back), sentence: [`Rolled back: v${before.version} serves again, as v${back.version}.`, scaled].filter(Boolean).join(' ') }
}

async function rollBack(deployment: Deployment, to: Ref, wait: number): Promise<Release> {
  const { plan, platform, steps, changed, timing } = deployment
  return steps.run('rollback', `Rolling back to v${to.version}`, async (report) => {
    const made = await platform.rollbackTo(plan.app, to.id)
    changed.rollback = made
    const deadline = Date.now() + wait
    const release = await waitForRelease(deployment, made, deadline, report)
    const watch = new ReleaseWatch(platform, plan.app, release, { isAfterCrash: true })
    try {
      await waitForBoot(deployment, watch, release, deadline, report)
      const url = changed.app?.web_url
      const canAsk = watch.hasWeb && url && !changed.app?.maintenance
      await holdUp(deployment, watch, { release, url: canAsk ? healthUrl(url, plan.healthPath) : undefined, deadline: Math.min(deadline, Date.now() + timing.health) }, report)
    } finally {
      watch.stop()
    }
    report.detail(`v${release.version}`)
    return release
  })
}
