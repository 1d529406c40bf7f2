/** What was recorded of an app: `show --since`. */
import type { Extreme, HistoryMark, MarkCounts, Totals } from '../history/index.js'
import {
  array,
  boolean,
  integer,
  type Json,
  map,
  nullable,
  number,
  object,
  oneOf,
  string,
  time,
} from './schema.js'

const unknown = nullable(number())
const EXTREME = object({
  mean: unknown,
  worst: unknown,
  worst_at: nullable(time('when the 20 s of the worst began')),
})
const FIGURES = {
  cpu_percent: EXTREME,
  memory_mb: EXTREME,
  event_loop_p95_ms: EXTREME,
  requests_per_minute: EXTREME,
  requests: nullable(integer(), 'as the router counts them; null if it told of none'),
  client_errors: nullable(integer(), '4xx'),
  server_errors: nullable(integer(), '5xx, or broken off by the router'),
  service_p50_ms: unknown,
  service_p95_ms: unknown,
  service_p99_ms: unknown,
  restarts: integer('of instances and dynos, those of a reload too'),
  crashes: integer(),
  codes: map(integer(), "Heroku's and the router's codes, and how often each began"),
}
export const SHOW_SINCE = object({
  app: string(),
  since_at: time(),
  until_at: time(),
  recorded_since_at: time('the first that is kept of the app'),
  total: object({
    ...FIGURES,
    releases: integer(),
    scalings: integer(),
    config_changes: integer(),
  }),
  dynos: array(
    object({
      name: string('web.1'),
      size: nullable(string()),
      ...FIGURES,
      instances: array(object({ id: string('api:0'), ...FIGURES })),
    }),
  ),
  events: array(
    object({
      occurred_at: time(),
      kind: oneOf(['release', 'restart', 'crash', 'memory', 'scale', 'config', 'fault']),
      place: string("web.1, web.1 api:0, or the app's name"),
      text: string(),
      is_bad: boolean(),
    }),
    'oldest first',
  ),
})

/** What is told of a place: its totals, and what happened there. */
export interface ToldOf {
  totals: Totals
  counts: MarkCounts
}

/** A stretch of an app's history. */
export interface Stretch {
  app: string
  /** ms since the epoch. */
  from: number
  to: number
  recordedFrom: number
  total: ToldOf
  dynos: (ToldOf & {
    name: string
    size: string | undefined
    instances: (ToldOf & { id: string })[]
  })[]
  marks: readonly HistoryMark[]
}

const iso = (at: number) => new Date(at).toISOString()
const rounded = (value: number | undefined) =>
  value === undefined || Number.isNaN(value) ? null : Math.round(value * 100) / 100
const extreme = ({ mean, worst, worstAt }: Extreme) => ({
  mean: rounded(mean),
  worst: rounded(worst),
  worst_at: Number.isNaN(worstAt) ? null : iso(worstAt),
})
const figures = ({ totals, counts: { restarts, crashes, codes } }: ToldOf) => ({
  cpu_percent: extreme(totals.cpuPercent),
  memory_mb: extreme(totals.memoryMb),
  event_loop_p95_ms: extreme(totals.eventLoopP95Ms),
  requests_per_minute: extreme(totals.requestsPerMinute),
  requests: totals.requests?.all ?? null,
  client_errors: totals.requests?.clientErrors ?? null,
  server_errors: totals.requests?.serverErrors ?? null,
  service_p50_ms: rounded(totals.requests?.serviceP50Ms),
  service_p95_ms: rounded(totals.requests?.serviceP95Ms),
  service_p99_ms: rounded(totals.requests?.serviceP99Ms),
  restarts,
  crashes,
  codes,
})

export const stretchDocument = (stretch: Stretch): Json<typeof SHOW_SINCE> => ({
  app: stretch.app,
  since_at: iso(stretch.from),
  until_at: iso(stretch.to),
  recorded_since_at: iso(stretch.recordedFrom),
  total: {
    ...figures(stretch.total),
    releases: stretch.total.counts.releases,
    scalings: stretch.total.counts.scalings,
    config_changes: stretch.total.counts.configChanges,
  },
  dynos: stretch.dynos.map((dyno) => ({
    name: dyno.name,
    size: dyno.size ?? null,
    ...figures(dyno),
    instances: dyno.instances.map((one) => ({ id: one.id, ...figures(one) })),
  })),
  events: stretch.marks.map(({ at, kind, place, text, isBad }) => ({
    occurred_at: iso(at),
    kind,
    place,
    text,
    is_bad: isBad,
  })),
})
