import { ShipitError } from '../../errors.js'
import type { Deployment } from '../deployment.js'
import { outcomeDetails, type Outcome } from './outcome.js'
import { bringBack } from './rollback.js'
import { stillUnderWay, waitForUnfinished } from './unfinished.js'
import { monotonic } from '../../lib/monotonic.js'
import { signalStatus, type StopSignal } from '../../lib/signals.js'

const SIGNAL_NAMES = {
  SIGINT: 'Ctrl-C',
  SIGTERM: 'SIGTERM',
  SIGHUP: 'the closed terminal',
} as const

/** Why a deploy is stopped; the reason of the run's AbortSignal. */
export class Interruption extends Error {
  constructor(readonly by: StopSignal) {
    super(`stopped by ${SIGNAL_NAMES[by]}`)
    this.name = 'Interruption'
  }
}

/** What a command that a signal stopped ends with. */
export function stoppedBy(
  signal: AbortSignal,
  sentence: string,
  details: Record<string, unknown> = {},
): ShipitError {
  const by = signal.reason instanceof Interruption ? signal.reason.by : 'SIGINT'
  return new ShipitError('interrupted', {
    message: `Stopped by ${SIGNAL_NAMES[by]}. ${sentence}`,
    details: { signal: by, ...details },
    exitCode: signalStatus(by),
  })
}

/**
 * After a signal: looks at what the platform has made of the deploy so far, leaves either the old
 * or the new release serving, and says which. The push has ended by now, with every process of it;
 * a build that it began is cancelled.
 */
export async function afterInterrupt(interrupted: Deployment): Promise<ShipitError> {
  const { plan, timing, steps, signal } = interrupted
  const by = signal.reason instanceof Interruption ? signal.reason.by : 'SIGINT'
  const stopped = (sentence: string, details: Record<string, unknown> = {}, next?: string) =>
    new ShipitError('interrupted', {
      message: `Stopped by ${SIGNAL_NAMES[by]}. ${sentence}`,
      next,
      details: { signal: by, ...details },
      exitCode: signalStatus(by),
    })

  const { journal } = interrupted
  if (plan.follows) return stopped(await leftAlone(interrupted))
  if (journal.isOfCreationAlone) {
    return stopped(
      journal.has('create app')
        ? `The app ${plan.app} was created and is empty.`
        : 'Nothing was changed.',
    )
  }
  // What follows must not be stopped by the signal that led here.
  const deployment: Deployment = { ...interrupted, signal: new AbortController().signal }
  try {
    const pending = await steps.run(
      'interrupt',
      'Stopped. Looking at what the platform has made of it',
      (report) =>
        journal.rollback
          ? Promise.resolve(undefined)
          : waitForUnfinished(
              deployment,
              monotonic() + timing.settle,
              (what, isCancelled) =>
                report.line(
                  isCancelled
                    ? 'The build is cancelled.'
                    : `The ${what} goes on at ${plan.platform}; waiting for its end, to undo it ` +
                        '(Ctrl-C again leaves at once).',
                ),
              { cancels: true },
            ),
    )
    const outcome = journal.rollback
      ? rollbackUnderWay(deployment)
      : pending
        ? await stillUnderWay(deployment, pending)
        : await bringBack(deployment, timing.settle)
    return stopped(outcome.sentence, outcomeDetails(outcome))
  } catch (error) {
    const { message } = ShipitError.from(error)
    return stopped(
      `Could not determine the live release: ${message}`,
      {},
      `Look at \`shipit releases --app ${plan.app}\`.`,
    )
  }
}

/** Of a deploy that was only followed: it is another's, and goes on without us. */
async function leftAlone({ plan, platform, journal }: Deployment): Promise<string> {
  const followed = journal.releases.at(-1)
  const goesOn = followed
    ? `v${followed.version}, which was followed, goes on`
    : `The build of ${plan.commit.short}, which was followed, goes on`
  try {
    const now = await platform.currentRelease(plan.app)
    return `${goesOn}; now ${now?.slug ? `v${now.version}` : 'nothing'} serves.`
  } catch (error) {
    return `${goesOn}. Could not determine the live release: ${ShipitError.from(error).message}`
  }
}

function rollbackUnderWay({ plan, journal }: Deployment): Outcome {
  const made = journal.releases.at(-1) ?? null
  const back = journal.rollback
  const to = plan.current?.release ?? null
  return {
    release: made && { id: made.id, version: made.version },
    rolledBackTo: to,
    serving: back ? { id: back.id, version: back.version } : null,
    sentence:
      `The rollback to v${to?.version} was made, as v${back?.version}; its dynos were not ` +
      'waited for.',
  }
}
