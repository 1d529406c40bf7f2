/** How often the platform is asked, how long it is waited for, and what is tried again. */
import type { IncomingHttpHeaders } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { ShipitError } from '../errors.js'
import { parseDuration } from '../lib/duration.js'

/**
 * Calls that may be made when something happens: some at once, then one every so often, however
 * much happens.
 */
export class Pace {
  private left: number
  private countedAt = performance.now()

  /** @param burst calls at once @param every ms until another one is allowed */
  constructor(
    private readonly burst: number,
    private readonly every: number,
  ) {
    this.left = burst
  }

  /** Takes one, if one is left. */
  take(): boolean {
    const now = performance.now()
    this.left = Math.min(this.burst, this.left + (now - this.countedAt) / this.every)
    this.countedAt = now
    if (this.left < 1) return false
    this.left -= 1
    return true
  }
}

/** Calls left of the account's hour below which polling slows down: a third of 4,500. */
const COMFORTABLE = 1500
/** Polling is never slowed down more than this. */
const SLOWEST = 10

/**
 * What the platform says is left of the account's calls: 4,500 an hour, refilled by 75 a minute
 * (https://devcenter.heroku.com/articles/platform-api-reference#rate-limits). The account shares
 * them with every other tool and person that uses it.
 */
export class Budget {
  /**
   * `RateLimit-Remaining` of the last answer; undefined before the first, and on a platform that
   * does not tell.
   */
  remaining: number | undefined

  /** Takes an answer's headers. */
  note(headers: IncomingHttpHeaders): void {
    const told = [headers['ratelimit-remaining']].flat()[0]
    if (told !== undefined && /^\d+$/.test(told)) this.remaining = Number(told)
  }

  /**
   * By how much pauses between polls are to be longer: 1 with a third of the calls left or more, up
   * to 10 with few.
   */
  get slowdown(): number {
    return this.remaining === undefined
      ? 1
      : Math.min(SLOWEST, Math.max(1, COMFORTABLE / Math.max(1, this.remaining)))
  }
}

/**
 * How long an answer of 429 or 503 asks to wait, in ms: Retry-After in seconds or as a date (RFC
 * 9110, 10.2.3), else RateLimit-Reset in seconds or as a time since the epoch. Undefined if the
 * headers say nothing.
 */
export function retryAfter(headers: IncomingHttpHeaders, now = Date.now()): number | undefined {
  const asked = headers['retry-after']?.trim()
  if (asked) {
    if (/^\d+(\.\d+)?$/.test(asked)) return Number(asked) * 1000
    const date = Date.parse(asked)
    if (!Number.isNaN(date)) return Math.max(0, date - now)
  }
  const reset = [headers['ratelimit-reset'] ?? headers['x-ratelimit-reset']].flat()[0]?.trim()
  if (reset && /^\d+$/.test(reset)) {
    const seconds = Number(reset)
    // More than a billion seconds can only be a time since the epoch.
    return seconds > 1e9 ? Math.max(0, seconds * 1000 - now) : seconds * 1000
  }
  return undefined
}

interface Patience {
  timeout?: number
  silence?: number
  retries?: number
}

/**
 * How long a platform that does not answer is waited for: SHIPIT_HTTP_TIMEOUT (90s, 2m) for a whole
 * call, SHIPIT_HTTP_RETRIES for how often what may be sent again is. Throws ShipitError `usage` for
 * what is neither.
 */
export function patience({
  SHIPIT_HTTP_TIMEOUT: timeout,
  SHIPIT_HTTP_RETRIES: retries,
}: NodeJS.ProcessEnv): Patience {
  const ms = timeout ? parseDuration(timeout) : undefined
  if (timeout && !ms)
    throw new ShipitError('usage', {
      message: `SHIPIT_HTTP_TIMEOUT is not a valid duration: ${timeout}`,
      next: 'Write 90s or 2m.',
    })
  if (retries && !/^\d{1,2}$/.test(retries))
    throw new ShipitError('usage', {
      message: `SHIPIT_HTTP_RETRIES is not a valid number: ${retries}`,
      next: 'Write 0 to 99.',
    })
  return {
    ...(ms ? { timeout: ms, silence: Math.max(1, ms / 3) } : {}),
    ...(retries ? { retries: Number(retries) } : {}),
  }
}

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
