/** What is known of dynos and instances: ps, show, monit and the log. */
import type { LogLine } from '../heroku/index.js'
import type { DevInstanceReport } from '../dev/report.js'
import type { PastDyno } from '../history/index.js'
import type { DynoReport, InstanceReport } from '../monitor/report.js'
import type { Details } from '../monitor/details.js'
import { eachFigure, type FigureName } from '../lib/figures.js'
import { snakeKeys } from '../lib/terminal.js'
import { SHOW_SINCE } from './history.js'
import { dynoDocument, DYNO_PROPERTIES, RELEASE_REF } from './platform.js'
import {
  anyOf,
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

/** `memoryMb` is memory_mb, as snakeKeys has it. */
type Snake<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${Snake<Rest>}`
  : ''

const INSTANCE_PROPERTIES = {
  id: string('api:0: its app in the ecosystem file, and its number in the dyno'),
  app: string(),
  instance: integer(),
  pid: nullable(integer()),
  status: nullable(string("PM2's word")),
  restarts: nullable(integer()),
  uptime_seconds: nullable(integer()),
  ...(snakeKeys(eachFigure(() => unknown)) as Record<Snake<FigureName>, typeof unknown>),
  version: nullable(string("of the app's package.json")),
  metrics: array(
    object({ name: string(), value: anyOf(number(), string()), unit: nullable(string()) }),
  ),
  actions: array(string()),
  sampled_at: nullable(time('when the figures were printed')),
}
const INSTANCE = object(INSTANCE_PROPERTIES)
const DEV_PROPERTIES = {
  ...INSTANCE_PROPERTIES,
  pm_id: nullable(integer(), "PM2's id; null for an app that was never started"),
  mode: oneOf(['cluster', 'fork']),
  is_watched: boolean(),
}

const REPORT_PROPERTIES = {
  ...DYNO_PROPERTIES,
  figures_from: nullable(string('shipit-runtime or log-runtime-metrics; null if nobody tells')),
  memory_quota_mb: unknown,
  memory_mb: unknown,
  load_average: nullable(number('over one minute')),
  requests_per_minute: unknown,
  errors_per_minute: unknown,
  fault: nullable(string("the last of Heroku's codes since the dyno started")),
  instances: array(INSTANCE),
}
export const DYNO_REPORT = object(REPORT_PROPERTIES)
const PAST_REPORT = object(
  {
    ...REPORT_PROPERTIES,
    id: nullable(string()),
    state: nullable(string()),
    size: nullable(string()),
    command: nullable(string()),
    release: nullable(RELEASE_REF),
    created_at: nullable(time()),
    updated_at: nullable(time()),
  },
  'with --at: null is what was not recorded',
)
const DEV_SESSION = {
  folder: string(),
  pid: integer(),
  started_at: time(),
  port: nullable(integer()),
  url: nullable(string()),
  line: array(string(), 'what was typed after `shipit dev`'),
}
export const DEV_INSTANCE = object(DEV_PROPERTIES)
const DEV_REPORT = object({ ...DEV_SESSION, instances: array(DEV_INSTANCE) })

export const PS = array(
  anyOf(DYNO_REPORT, DEV_REPORT, PAST_REPORT),
  'with --watch one such list a line',
)

const EVENT = { occurred_at: time(), text: string(), is_bad: boolean() }
const DETAILS = {
  events: array(object({ ...EVENT, instance: nullable(string()) }), 'newest last'),
  error_lines: array(object({ logged_at: time(), text: string() })),
  exceptions: array(
    object({
      instance: string(),
      type: string(),
      message: string('of the last one'),
      place: nullable(string('the frame that it is from')),
      is_uncaught: boolean(),
      count: integer(),
      first_at: time(),
      last_at: time(),
    }),
  ),
  codes: map(integer(), "Heroku's codes and those of the router, and how often each came"),
  peaks: object({ memory_mb: unknown, cpu_percent: unknown, event_loop_p95_ms: unknown }),
}
export const SHOW = anyOf(
  object({
    dyno: DYNO_REPORT,
    instance: nullable(INSTANCE),
    release_description: string(),
    ...DETAILS,
  }),
  object({ dev: string(), instances: array(object({ ...DEV_PROPERTIES, ...DETAILS })) }),
  SHOW_SINCE,
)
export const MONIT = object(
  {
    app: string(),
    seen_at: time(),
    requests_per_minute: unknown,
    errors_per_minute: unknown,
    dynos: array(DYNO_REPORT),
    events: array(object({ ...EVENT, place: string() }), 'since the look before'),
    problem: nullable(string('why figures may be missing')),
  },
  'one a line, again and again',
)
export const LOG_LINE = object(
  {
    id: nullable(string("of the platform's stream")),
    logged_at: time(),
    source: string('app or heroku'),
    dyno: string('web.1, router, api, …'),
    message: string(),
  },
  'one a line of the log',
)

export const logLineDocument = (line: LogLine): Json<typeof LOG_LINE> => ({
  id: line.id ?? null,
  logged_at: line.timestamp,
  source: line.source,
  dyno: line.dyno,
  message: line.message,
})

export const instanceDocument = (instance: InstanceReport) =>
  snakeKeys({ ...instance }) as Json<typeof INSTANCE>

export const devInstanceDocument = (instance: DevInstanceReport) =>
  snakeKeys({ ...instance }) as Json<typeof DEV_INSTANCE>

/** A dyno of before, as `ps` reports one of now. */
export interface PastReport
  extends
    Omit<PastDyno, 'type' | 'instances'>,
    Pick<DynoReport, 'type' | 'app' | 'figuresFrom' | 'memoryQuotaMb' | 'fault' | 'instances'> {}

type ReportFigures = Pick<
  DynoReport,
  | 'figuresFrom'
  | 'memoryQuotaMb'
  | 'memoryMb'
  | 'loadAverage'
  | 'requestsPerMinute'
  | 'errorsPerMinute'
  | 'fault'
  | 'instances'
>

export const dynoReportDocument = (dyno: DynoReport): Json<typeof DYNO_REPORT> => ({
  ...dynoDocument(dyno),
  ...figuresDocument(dyno),
})

export const pastReportDocument = (dyno: PastReport): Json<typeof PAST_REPORT> => ({
  id: dyno.id,
  name: dyno.name,
  type: dyno.type,
  state: dyno.state,
  size: dyno.size,
  command: dyno.command,
  release: dyno.release,
  app: { id: dyno.app.id, name: dyno.app.name },
  created_at: dyno.created_at,
  updated_at: dyno.updated_at,
  ...figuresDocument(dyno),
})

const figuresDocument = (dyno: ReportFigures) => ({
  figures_from: dyno.figuresFrom,
  memory_quota_mb: dyno.memoryQuotaMb,
  memory_mb: dyno.memoryMb,
  load_average: dyno.loadAverage,
  requests_per_minute: dyno.requestsPerMinute,
  errors_per_minute: dyno.errorsPerMinute,
  fault: dyno.fault,
  instances: dyno.instances.map(instanceDocument),
})

/** A running `shipit dev`. @param session startedAt in ms since the epoch */
export const devReportDocument = (session: {
  folder: string
  pid: number
  startedAt: number
  port: number | null
  url: string | null
  line: string[]
  instances: readonly DevInstanceReport[]
}): Json<typeof DEV_REPORT> => ({
  folder: session.folder,
  pid: session.pid,
  started_at: new Date(session.startedAt).toISOString(),
  port: session.port,
  url: session.url,
  line: session.line,
  instances: session.instances.map(devInstanceDocument),
})

export const detailsDocument = ({ events, errorLines, exceptions, codes, peaks }: Details) => ({
  events: events.map(({ at, text, isBad, instance }) => ({
    occurred_at: at,
    text,
    is_bad: isBad,
    instance,
  })),
  error_lines: errorLines.map(({ at, text }) => ({ logged_at: at, text })),
  exceptions: exceptions.map((one) => ({
    instance: one.instance,
    type: one.type,
    message: one.message,
    place: one.at,
    is_uncaught: one.isUncaught,
    count: one.count,
    first_at: one.firstAt,
    last_at: one.lastAt,
  })),
  codes,
  peaks: {
    memory_mb: peaks.memoryMb,
    cpu_percent: peaks.cpuPercent,
    event_loop_p95_ms: peaks.eventLoopP95Ms,
  },
})

/** One look of monit. @param events at: ISO 8601 */
export const monitDocument = (look: {
  app: string
  at: string
  requestsPerMinute: number | null
  errorsPerMinute: number | null
  dynos: readonly DynoReport[]
  events: readonly { at: string; place: string; text: string; isBad: boolean }[]
  problem: string | null
}): Json<typeof MONIT> => ({
  app: look.app,
  seen_at: look.at,
  requests_per_minute: look.requestsPerMinute,
  errors_per_minute: look.errorsPerMinute,
  dynos: look.dynos.map(dynoReportDocument),
  events: look.events.map(({ at, place, text, isBad }) => ({
    occurred_at: at,
    place,
    text,
    is_bad: isBad,
  })),
  problem: look.problem,
})
