/**
 * A deploy in its turn: others of the same app are waited for, and where one came first by a moment
 * the plan is made anew.
 */
import type { DeployEvents } from '../events.js'
import { TIMING } from '../timing.js'
import { retrying } from '../retrying.js'
import type { InProgress } from './in-progress.js'
import { stoppedBy } from '../rollback/interrupt.js'
import { outdatedPlan } from './overtaken.js'
import { planDeploy } from '../make-plan.js'
import type { DeployPlan, PlanRequest } from '../plan.js'
import type { Platform } from '../platform.js'
import type { Turn } from './turn.js'
import { runDeploy, type DeployResult, type RunParts } from '../run.js'
import { monotonic } from '../../lib/monotonic.js'

/** Where a run is shown. */
export interface DeployView {
  events: DeployEvents
  /** Leaves the screen as it is to stay. */
  end: () => Promise<void>
}

export interface InTurn extends Omit<RunParts, 'events' | 'signal'> {
  signal: AbortSignal
  /** ms that other deploys of the app are waited for, all in all; 0 refuses at once. */
  wait: number
  /** Told of each deploy that is waited for. */
  onWait: (inProgress: InProgress) => void
  /** Told once when the platform takes no requests for now, with ms for which it is asked on. */
  onRefusal: (error: Error, left: number) => void
  /** Tells of a plan that is about to be run, and opens what its run is shown in. */
  show: (plan: DeployPlan) => Promise<DeployView>
}

/** ms before the second try of what the platform did not take. */
const PAUSE = 1000

/**
 * Plans and runs a deploy. @throws what `planDeploy` and `runDeploy` throw; `interrupted` where a
 * signal came before there was a plan
 */
export const deployInTurn = (
  request: Omit<PlanRequest, 'turn'>,
  parts: InTurn,
): Promise<DeployResult> =>
  runInTurn((platform, turn) => planDeploy(platform, { ...request, turn }), parts)

/** The same of a plan that is made in another way: it waits for its turn as a deploy's does. */
export async function runInTurn(
  planOf: (platform: Platform, turn: Turn) => Promise<DeployPlan>,
  { wait, onWait, onRefusal, show, signal, ...parts }: InTurn,
): Promise<DeployResult> {
  let isToldOf = false
  const asked = retrying(parts.platform, {
    time: parts.timing?.patience ?? TIMING.patience,
    pause: PAUSE,
    growth: 2,
    signal,
    isUnderWay: () => false,
    onRefusal: (error, left) => {
      if (!isToldOf) onRefusal(error, left)
      isToldOf = true
    },
  })
  const lastTurn = monotonic() + wait
  for (;;) {
    const turn = { wait: Math.max(0, lastTurn - monotonic()), signal, onWait }
    const plan = await stopsAtOnce(signal, planOf(asked, turn))
    const view = await show(plan)
    try {
      return await runDeploy(plan, { ...parts, signal, events: view.events })
    } catch (error) {
      // Another deploy came first, by a moment. One of the same commit is followed, any other is
      // waited for where that is asked for.
      const outdated = outdatedPlan(error)
      if (!outdated || signal.aborted || (!outdated.canFollow && monotonic() >= lastTurn))
        throw error
    } finally {
      await view.end()
    }
  }
}

/** While nothing is changed yet, a signal need not wait for the platform's answers. */
async function stopsAtOnce<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const stopped = new Promise<never>((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason as Error)
    else signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
  return Promise.race([work, stopped]).catch((error: unknown) => {
    throw signal.aborted ? stoppedBy(signal, 'Nothing was changed.') : error
  })
}
