/** Calls that are tried again once the platform has refused them. */
import { setTimeout as delay } from 'node:timers/promises'
import { ShipitError } from '../errors.js'

export interface RetryOptions {
  /** ms for which a call is tried again. */
  time: number
  /** ms between two tries. */
  pause: number
  /**
   * How many times longer each pause is than the one before, up to LONGEST; as long as the first
   * where absent.
   */
  growth?: number
  signal?: AbortSignal | undefined
  /** Told of an error when the call is to be tried again, and for how many ms at most. */
  onRefusal?: (error: ShipitError, left: number) => void
}

/** ms between two tries. */
const LONGEST = 15_000

export const isRateLimit = ({ details }: ShipitError): boolean => details?.status === 429

/**
 * Calls until it succeeds, fails otherwise than by what may be tried again, or the time is over.
 * @throws the call's own error; the signal's reason
 */
export async function retry<T>(
  call: () => Promise<T>,
  mayRetry: (error: ShipitError) => boolean,
  { time, pause, growth = 1, signal, onRefusal }: RetryOptions,
): Promise<T> {
  const deadline = performance.now() + time
  for (let tries = 0; ; tries++) {
    try {
      return await call()
    } catch (error) {
      const left = deadline - performance.now()
      if (!(error instanceof ShipitError) || !mayRetry(error) || signal?.aborted || left <= 0)
        throw error
      onRefusal?.(error, left)
      await delay(Math.min(pause * growth ** tries, LONGEST), undefined, signal ? { signal } : {})
    }
  }
}

/** ms for which a change that is under way is asked for again, and before the second try. */
const UNDER_WAY = 120_000
const PAUSE = 1000

/**
 * A call of something that is half done: the rate limit, which has refused it, is waited out for two
 * minutes, in which 150 calls are refilled.
 * @throws the call's own error
 */
export const ridingOut = <T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T> =>
  retry(call, isRateLimit, { time: UNDER_WAY, pause: PAUSE, growth: 2, signal })
