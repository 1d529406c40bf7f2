import type { Mark, SeriesDocument } from '../../wire.js'
import { clock } from '../format.js'
import { type Figure, type Line, valuesOf } from './figures.js'
import { MARK_NAMES } from './marks.js'

/** Rows: of more a person zooms in, or takes a shorter time. */
const MOST = 180

/** All that the charts draw, in figures: for those who cannot see a canvas, and to copy from. */
export function SeriesTable({
  figures,
  series,
  marks,
}: {
  figures: readonly Figure[]
  series: SeriesDocument | undefined
  marks: readonly Mark[]
}) {
  if (!series) return <p class="card note muted">Loading…</p>
  const columns = figures.flatMap((figure) =>
    figure.lines.map((line) => ({
      name: nameOf(figure, line),
      values: valuesOf(series, line),
      line,
      say: figure.say,
    })),
  )
  const isTold = (at: number) =>
    columns.some(({ line, values }) => !line.isLimit && values[at] !== null)
  const rows = series.at
    .map((_, at) => at)
    .filter(isTold)
    .slice(-MOST)
    .reverse()
  if (rows.length === 0) return <p class="card note muted">Nothing told in this time</p>
  const during = (from: number) =>
    marks.filter(({ at }) => at >= from && at < from + series.step_ms)
  return (
    <div class="card table-scroll series" tabIndex={0} role="region" aria-label="Figures">
      <table>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {columns.map(({ name }) => (
              <th key={name} scope="col" class="number">
                {name}
              </th>
            ))}
            <th scope="col">Events</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={series.at[row]} data-at={series.at[row]}>
              <th scope="row">{clock(series.at[row]!)}</th>
              {columns.map(({ name, values, say }) => (
                <td key={name} class="number">
                  {say(values[row])}
                </td>
              ))}
              <td>
                {during(series.at[row]!).map(({ at, kind, place, text, is_bad }) => (
                  <p key={`${at} ${kind} ${place} ${text}`} class={is_bad ? 'is-bad' : ''}>
                    {MARK_NAMES[kind]}: {place} {text}
                  </p>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** `Memory used`, `5xx a minute`, and `CPU` where the chart has that line alone. */
function nameOf({ title, lines }: Figure, { name }: Line): string {
  if (lines.length === 1) return title
  return title.startsWith('Errors') ? `${name} a minute` : `${title} ${name}`
}
