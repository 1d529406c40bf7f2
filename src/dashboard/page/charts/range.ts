/** How much time the charts show. */
import { SPANS } from '../store/state.js'
import { getState, setState } from '../store/store.js'

export { SPANS }

export const chooseSpan = (last: number): void => setState({ range: { last, zoom: undefined } })

/** The next longer or shorter span. */
export function stepSpan(by: 1 | -1): void {
  const at = SPANS.findIndex(({ last }) => last === getState().range.last)
  const next = SPANS[Math.max(0, Math.min(SPANS.length - 1, at + by))]
  if (next) chooseSpan(next.last)
}

/** The time that was dragged over; undefined ends the zoom. @param zoom ms since the epoch */
export const setRange = (zoom: { from: number; to: number } | undefined): void =>
  setState({ range: { ...getState().range, zoom } })
