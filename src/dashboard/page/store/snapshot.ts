/** A page in a file (`shipit dashboard --export`) has its answers with it, and asks nobody. */
import type { AppSnapshot, LogDocument, SeriesDocument, SnapshotDocument } from '../../wire.js'

const element = document.getElementById('snapshot')
/** undefined on the page of a dashboard that runs. */
export const snapshot = element ? (JSON.parse(element.textContent) as SnapshotDocument) : undefined

/** What the server would answer to a path of wire.ts. @throws Error for what the file has not */
export function answerOf<Document>(of: SnapshotDocument, path: string): Document {
  return answer(of, new URL(path, 'http://snapshot')) as Document
}

function answer(of: SnapshotDocument, { pathname, searchParams: query }: URL): unknown {
  const [, , , name = '', what] = pathname.split('/')
  const app = of.apps[decodeURIComponent(name)]
  if (!app) return of.overview
  const place = [query.get('dyno'), query.get('instance')].filter(Boolean).join(' ')
  const from = Number(query.get('from') ?? of.from)
  const to = Number(query.get('to') ?? of.to)
  switch (what) {
    case 'series':
      return between(app.series[place] ?? EMPTY, from, to)
    case 'marks':
      return app.marks.filter(({ at }) => at >= from && at < to)
    case 'details':
      return detailsOf(app, query.get('dyno'), query.get('instance'))
    case 'log':
      return linesOf(app, query)
    case 'routes':
    case 'exceptions':
    case 'releases':
    case 'formation':
      return app[what]
    default:
      throw new Error(`The file does not have ${pathname}.`)
  }
}

const EMPTY: SeriesDocument = {
  at: [],
  step_ms: 20_000,
  cpu_percent: [],
  memory_mb: [],
  memory_quota_mb: null,
  event_loop_p95_ms: [],
  requests_per_minute: [],
  client_errors_per_minute: [],
  server_errors_per_minute: [],
  service_p50_ms: [],
  service_p95_ms: [],
  service_p99_ms: [],
  dyno_count: [],
}

/** Of each figure the values of a time. One that the file leaves out is not known. */
function between(series: SeriesDocument, from: number, to: number): SeriesDocument {
  const first = series.at.findIndex((at) => at > from - series.step_ms)
  const begin = first < 0 ? series.at.length : first
  const end = begin + series.at.slice(begin).filter((at) => at < to).length
  const at = series.at.slice(begin, end)
  const unknown = at.map(() => null)
  return Object.fromEntries(
    Object.entries({ ...EMPTY, ...series }).map(([name, values]) => [
      name,
      name === 'at'
        ? at
        : Array.isArray(values)
          ? values.length > 0
            ? values.slice(begin, end)
            : unknown
          : values,
    ]),
  ) as unknown as SeriesDocument
}

function detailsOf(app: AppSnapshot, name: string | null, id: string | null): unknown {
  const dyno = app.dynos.find((one) => one.name === name)
  const instance = dyno?.instances.find((one) => one.id === id) ?? null
  return { dyno, instance, ...app.details[[name, id].filter(Boolean).join(' ')] }
}

function linesOf({ log }: AppSnapshot, query: URLSearchParams): LogDocument {
  const limit = Number(query.get('limit'))
  const around = Number(query.get('around'))
  const before = Number(query.get('before') ?? Infinity)
  const older = log.filter(({ seq }) => seq < before)
  const found = older.findIndex(({ logged_at: at }) => Date.parse(at) >= around)
  const end = around > 0 && found >= 0 ? Math.min(older.length, found + limit / 2) : older.length
  const begin = Math.max(0, end - limit)
  return { lines: older.slice(begin, end), has_older: begin > 0 }
}
