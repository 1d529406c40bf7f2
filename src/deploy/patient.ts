import { setTimeout as delay } from 'node:timers/promises'
import { ShipitError } from '../errors.js'
import type { Platform } from './platform.js'

interface Patience {
  /** ms for which a call is tried again. */
  time: number
  /** ms between two tries. */
  pause: number
  /**
   * How many times longer each pause is than the one before, up to LONGEST; as long as the first
   * where absent.
   */
  growth?: number
  signal: AbortSignal
  /** Told of an error when the call is to be tried again, and for how many ms at most. */
  onRefusal?: (error: ShipitError, left: number) => void
}

interface PlatformPatience extends Patience {
  /**
   * Whether the platform may have begun what cannot be taken back: from then on, reads ride out a
   * broken connection too.
   */
  isUnderWay: () => boolean
}

const READS = new Set<PropertyKey>([
  'findApp',
  'dynos',
  'formation',
  'buildpacks',
  'configVars',
  'currentRelease',
  'releases',
  'release',
  'slug',
  'builds',
  'build',
  'feature',
  'domains',
])
const CHANGES = new Set<PropertyKey>([
  'createApp',
  'updateFormation',
  'updateConfigVars',
  'releaseSlug',
])

/** ms between two tries. */
const LONGEST = 15_000

export const isRateLimit = ({ details }: ShipitError): boolean => details?.status === 429

/**
 * The platform, for a deploy under way: a call that is refused by the rate limit has done nothing
 * and is tried again, and so is a read whose connection breaks once something is under way. What
 * comes after that time is the caller's to judge. A rollback has its own way (undo/rollback.ts).
 */
export function patient(platform: Platform, patience: PlatformPatience): Platform {
  return new Proxy(platform, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target)
      if (typeof value !== 'function') return value
      const call = (...args: unknown[]): unknown => Reflect.apply(value, target, args)
      const mayRetry = READS.has(key)
        ? (error: ShipitError) =>
            isRateLimit(error) || (error.code === 'network' && patience.isUnderWay())
        : isRateLimit
      if (!READS.has(key) && !CHANGES.has(key)) return call
      return (...args: unknown[]) => again(async () => call(...args), mayRetry, patience)
    },
  })
}

/**
 * Calls until it succeeds, fails otherwise than by what may be tried again, or the time is over.
 * @throws the call's own error; the signal's reason
 */
export async function again<T>(
  call: () => Promise<T>,
  mayRetry: (error: ShipitError) => boolean,
  { time, pause, growth = 1, signal, onRefusal }: Patience,
): Promise<T> {
  const deadline = performance.now() + time
  for (let tries = 0; ; tries++) {
    try {
      return await call()
    } catch (error) {
      const left = deadline - performance.now()
      if (!(error instanceof ShipitError) || !mayRetry(error) || signal.aborted || left <= 0)
        throw error
      onRefusal?.(error, left)
      await delay(Math.min(pause * growth ** tries, LONGEST), undefined, { signal })
    }
  }
}
