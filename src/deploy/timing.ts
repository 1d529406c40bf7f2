/** How long a deploy waits, and how often it polls. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Platform } from './platform.js'

/** How long things are waited for, in ms. */
export interface Timing {
  /** Between two looks at the platform, once it has been looked at some times. */
  poll: number
  /**
   * The longest that dynos must stay up, and answer, before they count as serving: an app may say
   * "listening" and die. See stability.ts.
   */
  stable: number
  /** The shortest, for an app that boots quickly. */
  stableAtLeast: number
  /**
   * Once the dynos are up, how long the app's URL may take to answer as it should. Never longer
   * than the plan's waitTimeout.
   */
  health: number
  /** How long a release may take to be listed after its push. */
  listed: number
  /** Between two looks for the last lines of a dyno that failed. */
  lines: number
  /** The least that a rollback has, whatever the plan's waitTimeout. */
  rollback: number
  /**
   * How long reads that the platform does not take (429, broken connections) are tried again,
   * outside of the waits.
   */
  patience: number
  /**
   * After an interrupt: how long a build that goes on is waited for, and how long the old release
   * may take to serve again.
   */
  settle: number
}

export const TIMING: Timing = {
  poll: 5000,
  stable: 5000,
  stableAtLeast: 1750,
  health: 60_000,
  listed: 15_000,
  lines: 500,
  rollback: 300_000,
  patience: 60_000,
  settle: 60_000,
}

/**
 * ms before the second poll, and how much longer each pause is than the one before, up to `poll`.
 */
const FIRST_PAUSE = 100
const LONGER = 1.5

/**
 * Waits until the next poll: soon at first, since much is done within a second, then rarer, since
 * an account's API calls are counted (4,500 an hour, see Budget): two minutes take some 30 polls.
 * The fewer calls are left, the longer the pauses.
 * @param longest ms, where less is left to wait for
 * @param usual ms, where the log announces polls and this one is to come without that
 */
export async function pause(
  { timing, platform }: Pausing,
  poll: number,
  signal: AbortSignal,
  longest = Infinity,
  usual = Math.min(timing.poll, FIRST_PAUSE * LONGER ** poll),
): Promise<void> {
  await delay(Math.min(usual * (platform?.slowdown?.() ?? 1), longest), undefined, { signal })
}

/** Whose pauses they are: of a deploy, or of whoever has its times. */
interface Pausing {
  timing: Timing
  platform?: Pick<Platform, 'slowdown'>
}
