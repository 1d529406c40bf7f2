/** With preboot: the wait until requests go to the release that is to be judged. */
import type { Release } from '../../heroku/index.js'
import { duration } from '../../lib/duration.js'
import type { Deployment } from '../deployment.js'
import type { StepReport } from '../events.js'
import { keepAsking, unverified } from '../unverified.js'
import { probe } from './probe.js'
import { crashError, type ReleaseWatch } from './release-watch.js'
import { Switchover } from './switchover.js'
import { monotonic } from '../../lib/monotonic.js'

/** The switch to a release of the plan's app; undefined without preboot. */
export function switchoverTo(
  { plan }: Pick<Deployment, 'plan'>,
  release: Pick<Release, 'created_at'>,
): Switchover | undefined {
  return plan.preboot === null
    ? undefined
    : new Switchover(Date.parse(release.created_at), plan.preboot.switchesAfter, plan.preboot.dynos)
}

/**
 * ms between two rounds: the app is asked whether it proves itself, and the log's news are looked
 * at; neither costs a call of the API.
 */
const ROUND = 1000

/** @param url of the app, with the health path; undefined if it cannot be asked */
export async function waitForSwitch(
  deployment: Deployment,
  watch: ReleaseWatch,
  { release, url, deadline }: { release: Release; url?: string | undefined; deadline: number },
  report: StepReport,
): Promise<void> {
  const { switchover } = watch
  const { signal } = deployment
  if (!switchover) return
  if (!switchover.isOver)
    report.line(
      `Preboot is on: what served before v${release.version} goes on answering, unjudged, ` +
        `until requests switch, about ${duration(switchover.time)} after the release. ` +
        `Waiting ${duration(Math.max(0, switchover.left))} at most.`,
    )
  for (let round = 0; ; round++) {
    const { crash } = await keepAsking(deployment, deadline, report, () =>
      watch.poll({ mayBeRecent: true }),
    )
    if (crash) throw crashError(crash, release)
    if (!switchover.isOver && url !== undefined && watch.isProvable) {
      const answer = await probe(url, { signal, headers: deployment.healthHeaders })
      if (answer.isAnswer && answer.boot !== undefined && watch.ownerOf(answer.boot) === 'ours')
        switchover.prove()
    }
    if (switchover.isOver) return report.detail(SWITCHED_BY[switchover.by ?? 'time'])
    if (monotonic() > deadline)
      throw unverified(`Preboot had not switched requests to v${release.version} in the time given`)
    await watch.pause(deployment, round, Math.min(ROUND, switchover.left))
  }
}

const SWITCHED_BY = {
  proof: 'it answers',
  'end of the dynos before': 'the dynos before have been stopped',
  time: 'its time is over',
} as const
