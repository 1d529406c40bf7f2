import type { AppHistory } from '../history/index.js'

const MINUTE = 60_000
/** Values of the sparkline, one a minute. */
const SPARKLINE = 60
/** ms of which p95 is told, and those of a value of it. */
const P95_OF = 2 * MINUTE
const SPAN = 20_000

export interface RequestsInBrief {
  /** ms; null if none is known of the last minutes. */
  serviceP95Ms: number | null
  /** Requests a minute of the last hour, one value a minute. */
  sparkline: (number | null)[]
}

/** What the overview says of an app's requests. @param now ms since the epoch */
export function requestsInBrief(history: AppHistory, now: number): RequestsInBrief {
  const { serviceP95Ms } = history.series(
    {},
    { from: now - P95_OF, to: now, points: P95_OF / SPAN },
  )
  const { requestsPerMinute } = history.series(
    {},
    { from: now - SPARKLINE * MINUTE, to: now, points: SPARKLINE },
  )
  const latest = serviceP95Ms.findLast((value) => Number.isFinite(value))
  return {
    serviceP95Ms: latest === undefined ? null : Math.round(latest),
    sparkline: requestsPerMinute
      .slice(-SPARKLINE)
      .map((value) => (Number.isFinite(value) ? Math.round(value) : null)),
  }
}
