import type { HistoryRange } from '../../history/index.js'
import { stretchDocument, type SHOW_SINCE } from '../../json/history.js'
import type { Json } from '../../json/schema.js'
import { notThen, when, type Recorded } from './record.js'
import { choiceOf } from './choice.js'
import { renderStretch } from './render.js'
import { seriesPlace, stretchOf } from './stretch.js'

/** Values that a sparkline is made of at most. */
const POINTS = 40

interface Asked {
  dyno?: string | undefined
  instance?: string | undefined
  range: Pick<HistoryRange, 'from' | 'to'>
  /** Columns of the terminal; undefined off one. */
  width: number | undefined
}

/**
 * What was recorded in a time, as text and as a document.
 * @throws ShipitError `not_found` if nothing was recorded then, or not what is asked for
 */
export function showSince(
  recorded: Recorded,
  { range, width, ...typed }: Asked,
): { text: string; document: Json<typeof SHOW_SINCE> } {
  const { app, history, span } = recorded
  if (span.to < range.from) throw notThen(app, `since ${when(range.from)}`, span)
  const choice = typed.dyno === undefined ? undefined : choiceOf(history.totals(range).dynos, typed)
  const stretch = stretchOf(recorded, range, choice)
  const place = seriesPlace(stretch, choice)
  const text = renderStretch(stretch, {
    place: typed.dyno && [typed.dyno, typed.instance].filter(Boolean).join(' '),
    width,
    series: width && place ? history.series(place, { ...range, points: POINTS }) : undefined,
  })
  return { text, document: stretchDocument(stretch) }
}
