import { MINUTE, SECOND, type Rule } from '../rule.js'

/** ms, and of how many requests at least. */
const RAISED = { p95: 2 * SECOND, least: 30 }
const CLEARED = { p95: 1.5 * SECOND }

/** The 95th percentile of how long dynos take for a request, over three minutes. */
export const slow: Rule = {
  id: 'slow',
  title: 'slow requests',
  raiseAfter: 30 * SECOND,
  clearAfter: MINUTE,
  judge({ requests: { lastThreeMinutes } }) {
    const { p95, all } = lastThreeMinutes
    if (p95 === null)
      return [{ place: null, is: 'fine', text: 'No requests came within three minutes.' }]
    const isBad = p95 >= RAISED.p95 && all >= RAISED.least
    const is = isBad ? 'bad' : p95 < CLEARED.p95 ? 'fine' : 'between'
    const text = `5% of ${all} requests took ${inSeconds(p95)} and more within three minutes.`
    return [{ place: null, is, text }]
  },
}

const inSeconds = (ms: number): string =>
  ms < SECOND ? `${Math.round(ms)} ms` : `${(ms / SECOND).toFixed(1)} s`
