import { ShipitError } from '../../errors.js'
import { refOf } from '../ref.js'
import type { Deployment } from '../deployment.js'
import { isEvidence, isUnverified } from '../unverified.js'
import { afterInterrupt } from './interrupt.js'
import { outcomeDetails } from './outcome.js'
import { bringBack } from './rollback.js'
import { stillUnderWay, waitForUnfinished } from './unfinished.js'
import { monotonic } from '../../lib/monotonic.js'

/** After these the platform may still be at work on what was pushed. */
const UNCERTAIN = new Set(['network', 'timeout', 'push'])

/**
 * Undoes what a failed deploy has changed, and answers with the failure as the user is to see it:
 * its own code, and what serves.
 */
export async function undo(deployment: Deployment, error: unknown): Promise<ShipitError> {
  const failure = ShipitError.from(error)
  const { journal, signal } = deployment
  if (journal.isOfCreationAlone) return withSentence(failure, createdOnly(deployment))
  // A release phase that goes on would only be followed by a second one.
  if (
    failure.code === 'timeout' &&
    !isUnverified(failure) &&
    journal.has('end push') &&
    journal.releases.at(-1)?.status === 'pending'
  )
    return failure
  if (journal.has('end push') && !isEvidence(failure)) return stands(deployment, failure)
  try {
    if (UNCERTAIN.has(failure.code) && journal.has('begin push') && !journal.has('end push'))
      return await undoBrokenPush(deployment, failure)
    const outcome = await bringBack(deployment, timeFor(deployment))
    return withSentence(failure, outcome.sentence, outcomeDetails(outcome))
  } catch (second) {
    if (signal.aborted) return afterInterrupt(deployment)
    if (journal.releases.length === 0) return unseen(deployment, failure, ShipitError.from(second))
    return failedTwice(deployment, failure, ShipitError.from(second))
  }
}

/** ms that going back may take: of its own, beside what the deploy had. */
const timeFor = ({ plan, timing }: Deployment): number =>
  Math.max(plan.waitTimeout, timing.rollback)

/**
 * Nothing is known against the release: it stays, and that it was not verified is the failure. To
 * be called of a push that has come to a release.
 */
function stands({ plan, journal }: Deployment, failure: ShipitError): ShipitError {
  const made = journal.releases.at(-1)!
  const before = plan.current?.release
  const scaled = journal.formation ? ' The dynos stay as they were scaled for it.' : ''
  return new ShipitError('timeout', {
    message:
      `${failure.message} v${made.version} stands and is unverified: nothing was rolled ` +
      `back.${scaled}`,
    why: failure.why,
    next: [
      failure.next,
      `Look at \`shipit ps --app ${plan.app}\`; a second \`shipit ${plan.promotes ? 'promote' : 'deploy'}\` verifies ` +
        `it${before ? `, and \`shipit rollback v${before.version} --app ${plan.app}\` goes back` : ''}.`,
    ]
      .filter(Boolean)
      .join('\n'),
    details: {
      ...failure.details,
      unverified: true,
      release: refOf(made),
      rolled_back_to: null,
      serving: null,
    },
    cause: failure,
  })
}

/**
 * Of a push that has ended without a word of how: the build may go on, and would release after all
 * that was undone.
 */
async function undoBrokenPush(deployment: Deployment, failure: ShipitError): Promise<ShipitError> {
  const { plan, steps, journal } = deployment
  const pending = journal.afterBreak
    ? journal.afterBreak.left
    : await steps.run('undo', 'Looking at what the platform has made of it', (report) =>
        waitForUnfinished(deployment, monotonic() + plan.waitTimeout, (what) =>
          report.line(
            `The ${what} goes on at ${plan.platform}; waiting for its end, which the push can ` +
              'tell no more.',
          ),
        ),
      )
  if (!pending && hasReleasedPush(deployment)) return stands(deployment, failure)
  const outcome = pending
    ? await stillUnderWay(deployment, pending)
    : await bringBack(deployment, timeFor(deployment))
  const next = pending
    ? plan.promotes
      ? `Look at \`shipit releases --app ${plan.app}\` before you promote again.`
      : 'Deploy again, which follows it to its end.'
    : failure.code === 'network'
      ? 'Check the connection to the platform, then deploy again.'
      : failure.next
  return withSentence(failure, outcome.sentence, outcomeDetails(outcome), next)
}

/** Whether the push came to a release, beside that of config vars. */
const hasReleasedPush = ({ plan, journal }: Deployment): boolean =>
  journal.releases.some(
    ({ slug, status }) => slug !== null && slug.id !== plan.current?.slug && status === 'succeeded',
  )

function createdOnly({ plan, journal }: Deployment): string {
  // A set-up that fails says itself what there is.
  return journal.has('create app') && !plan.setUp
    ? `The app ${plan.app} was created and is empty.`
    : ''
}

function withSentence(
  failure: ShipitError,
  sentence: string,
  details?: Record<string, unknown>,
  next = failure.next,
): ShipitError {
  const { code, message, why, exitCode } = failure
  return new ShipitError(code, {
    message: [message, sentence].filter(Boolean).join(' '),
    why,
    next,
    exitCode,
    details: { ...failure.details, ...details },
    cause: failure,
  })
}

/**
 * Nothing is known to be released, so there was nothing to go back from; what the platform made of
 * it could only not be looked at.
 */
function unseen({ plan }: Deployment, failure: ShipitError, second: ShipitError): ShipitError {
  const before = plan.current?.release
  const { code, message, why, next, exitCode } = failure
  return new ShipitError(code, {
    message:
      `${message} ` +
      'No release of this deploy was seen' +
      `${before ? `, so v${before.version} should still serve` : ''}, ` +
      `but that could not be looked at: ${second.message}`,
    why,
    next: [
      `Look at \`shipit releases --app ${plan.app}\` before you deploy again: a build that ` +
        'had begun may go on.',
      next,
    ]
      .filter(Boolean)
      .join('\n'),
    exitCode,
    details: { ...failure.details, release: null, rolled_back_to: null, serving: null },
    cause: failure,
  })
}

function failedTwice(
  { plan, journal }: Deployment,
  failure: ShipitError,
  second: ShipitError,
): ShipitError {
  const to = plan.current?.release
  const wasTried = journal.rollback !== undefined
  const made = journal.releases.at(-1)
  return new ShipitError('rollback', {
    message:
      `${failure.message} ` +
      `${to ? `Going back to v${to.version} failed too` : 'Could not determine the live release'}: ` +
      `${second.message}`,
    why: [failure.why, second.why].filter(Boolean).join('\n'),
    next:
      `Look at \`shipit releases --app ${plan.app}\` and \`shipit logs --app ` +
      `${plan.app}\`${to ? `, then \`shipit rollback v${to.version} --app ${plan.app}\`` : ''}.`,
    details: {
      release: made ? refOf(made) : null,
      rolled_back_to: wasTried && to ? to : null,
      serving: null,
      failure,
      rollback_failure: second,
    },
  })
}
