import type { RequestTotals } from '../request-window.js'
import { MINUTE, type Rule } from '../rule.js'

/** Both are needed: one error of two requests at night is no news, nor are ten of a million. */
const RAISED = { least: 10, share: 0.05 }
/** Either is enough. */
const CLEARED = { most: 4, share: 0.02 }

/** Requests of one minute that were answered with 5xx, or broken off by the router. */
export const errors: Rule = {
  id: 'errors',
  title: 'high error rate',
  raiseAfter: 0,
  clearAfter: MINUTE,
  judge({ requests: { lastMinute } }) {
    const { all, failed } = lastMinute
    const share = all === 0 ? 0 : failed / all
    const isBad = failed >= RAISED.least && share >= RAISED.share
    const isFine = failed <= CLEARED.most || share < CLEARED.share
    const is = isBad ? 'bad' : isFine ? 'fine' : 'between'
    return [{ place: null, is, text: inWords(lastMinute, share) }]
  },
}

/** `23 of 180 requests failed within a minute (13%): 500 (20), H12 (3).` */
function inWords({ all, failed, causes }: RequestTotals, share: number): string {
  if (failed === 0)
    return all === 0
      ? 'No requests came within a minute.'
      : `All ${all} requests of a minute were answered.`
  const [most, ...others] = causes.slice(0, 3).map(([cause, count]) => `${cause} (${count})`)
  const why = [most, ...others].filter(Boolean).join(', ')
  const percent = share < 0.01 ? '<1' : Math.round(share * 100)
  return `${failed} of ${all} requests failed within a minute (${percent}%): ${why}.`
}
