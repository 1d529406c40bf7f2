/**
 * What could not be looked at is no evidence: such a failure undoes nothing, and the release
 * stands.
 */
import { ShipitError } from '../errors.js'
import { duration } from '../lib/duration.js'
import { pause } from './timing.js'
import type { Deployment } from './deployment.js'
import type { StepReport } from './events.js'
import { monotonic } from '../lib/monotonic.js'

/**
 * Failures that tell against the release, or against what was asked of the platform. All others
 * tell of us, or of the way to the platform.
 */
const EVIDENCE = new Set([
  'boot',
  'health',
  'release',
  'build',
  'push',
  'project',
  'git',
  'usage',
  'refused',
  'rollback',
])

/** A mistake of ours: asking again will not help. */
const isBug = (error: unknown): boolean =>
  error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError

export const isEvidence = (error: unknown): boolean =>
  error instanceof ShipitError && EVIDENCE.has(error.code)

export const isUnverified = (error: unknown): boolean =>
  error instanceof ShipitError && error.details?.unverified === true

/**
 * The end of a wait in which nothing could be learned. @param what could not be done: "could not be
 * looked at"
 */
export function unverified(what: string, reason?: unknown): ShipitError {
  const { message, why, next } = reason === undefined ? {} : ShipitError.from(reason)
  return new ShipitError('timeout', {
    message: [what, message].filter(Boolean).join(': '),
    why,
    next,
    details: { unverified: true },
    cause: reason,
  })
}

/** Of the pauses between two tries, so that they begin at half a second. */
const FIRST_PAUSE = 4

/**
 * Polls, and where the platform cannot be asked (rate limit, broken connection, refused token, an
 * error of this machine), goes on trying.
 * @param deadline ms, by monotonic()
 * @throws what is evidence, at once; ShipitError `timeout`, marked as unverified, when the time is
 *   over; the signal's reason
 */
export async function keepAsking<T>(
  deployment: Pick<Deployment, 'timing' | 'signal' | 'plan'>,
  deadline: number,
  report: StepReport,
  poll: () => Promise<T>,
): Promise<T> {
  let said: string | undefined
  for (let count = FIRST_PAUSE; ; count++) {
    try {
      const seen = await poll()
      if (said !== undefined) report.line(`${deployment.plan.platform} answers again.`)
      return seen
    } catch (error) {
      if (deployment.signal.aborted || isEvidence(error) || isUnverified(error)) throw error
      const reason = error instanceof Error ? error.message : String(error)
      const left = deadline - monotonic()
      if (left <= 0 || isBug(error))
        throw unverified(`${deployment.plan.platform} could not be asked`, error)
      if (reason !== said) report.line(`${reason} Trying on, for ${duration(left)} at most.`)
      said = reason
      await pause(deployment, count, deployment.signal, left)
    }
  }
}
