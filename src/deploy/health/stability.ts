import type { Timing } from '../timing.js'

export interface Seen {
  /** ms */
  bootTime: number
  isLogUpToDate: boolean
  /** ms from the dyno's start; undefined if no app inside it has ended. */
  firstExit: number | undefined
}

/**
 * How long dynos that are up must stay so before they count as serving, in ms. Pure.
 *
 * An app that fails soon after its start (a connection refused, a lease that is not got) does so in
 * a time like its boot, so that is how long it is watched, within limits. So short a look needs the
 * log as a witness, since an app that the runtime starts again inside its dyno shows in neither the
 * list of dynos nor, half a second later, at the URL: if the log cannot be read or lags, the
 * longest time holds. After an exit the next one is due when the app has lived as long again: it is
 * watched for that, so that an app which dies and comes back is not taken for one that serves.
 */
export function watchTime(
  { bootTime, isLogUpToDate, firstExit }: Seen,
  { stable, stableAtLeast }: Pick<Timing, 'stable' | 'stableAtLeast'>,
): number {
  if (firstExit !== undefined) return Math.max(stable, firstExit * 2)
  return isLogUpToDate ? Math.min(stable, Math.max(stableAtLeast, bootTime)) : stable
}
