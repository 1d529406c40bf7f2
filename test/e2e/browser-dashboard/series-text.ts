import { count, megabytes, milliseconds, percent } from '../../../src/dashboard/page/format.js'
import type { SeriesDocument } from '../../../src/dashboard/wire.js'

type Values = readonly (number | null)[]

/** Each line of the charts: its column in the table, its chart and name there, and its text. */
export const LINES: readonly {
  column: string
  head: string
  say(value: number | null | undefined): string
  of(series: SeriesDocument): Values
}[] = [
  { column: 'CPU', head: 'cpu CPU', say: percent, of: (series) => series.cpu_percent },
  { column: 'Memory used', head: 'memory used', say: megabytes, of: (series) => series.memory_mb },
  {
    column: 'Memory quota',
    head: 'memory quota',
    say: megabytes,
    of: ({ at, memory_quota_mb }) => at.map(() => memory_quota_mb),
  },
  {
    column: 'Event loop',
    head: 'loop p95',
    say: milliseconds,
    of: (series) => series.event_loop_p95_ms,
  },
  {
    column: 'Requests a minute',
    head: 'requests requests',
    say: count,
    of: (series) => series.requests_per_minute,
  },
  {
    column: 'Service p50',
    head: 'service p50',
    say: milliseconds,
    of: (series) => series.service_p50_ms,
  },
  {
    column: 'Service p95',
    head: 'service p95',
    say: milliseconds,
    of: (series) => series.service_p95_ms,
  },
  {
    column: 'Service p99',
    head: 'service p99',
    say: milliseconds,
    of: (series) => series.service_p99_ms,
  },
  {
    column: '4xx a minute',
    head: 'errors 4xx',
    say: count,
    of: (series) => series.client_errors_per_minute,
  },
  {
    column: '5xx a minute',
    head: 'errors 5xx',
    say: count,
    of: (series) => series.server_errors_per_minute,
  },
  { column: 'Dynos', head: 'dynos running', say: count, of: (series) => series.dyno_count },
]

/** The row of a time, as the table should have it. */
export const rowText = (series: SeriesDocument, at: number): Record<string, string> =>
  Object.fromEntries(
    LINES.map(({ column, say, of }) => [column, say(of(series)[series.at.indexOf(at)])]),
  )

/** What should stand over the charts: of the last three values the newest that is known. */
export const headsText = (series: SeriesDocument): Record<string, string> =>
  Object.fromEntries(
    LINES.map(({ head, say, of }) => [
      head,
      say(
        of(series)
          .slice(-3)
          .findLast((value) => value !== null),
      ),
    ]),
  )
