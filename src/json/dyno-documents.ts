/**
 * What is known of dynos and instances as --json prints it. Apart from the schemas, which a command
 * that runs has no use for.
 */
import type { DevInstanceReport } from '../dev/report.js'
import type { Dyno, LogLine } from '../heroku/index.js'
import type { PastDyno } from '../history/index.js'
import { snakeKeys } from '../lib/terminal.js'
import type { Details } from '../monitor/details.js'
import type { DynoReport, InstanceReport } from '../monitor/report.js'
import type {
  DEV_INSTANCE,
  DEV_REPORT,
  DYNO_REPORT,
  INSTANCE,
  LOG_LINE,
  MONIT,
  PAST_REPORT,
} from './monitor.js'
import { nameOf, refOf } from './refs.js'
import type { Json } from './schema.js'

export const logLineDocument = (line: LogLine): Json<typeof LOG_LINE> => ({
  id: line.id ?? null,
  logged_at: line.timestamp,
  source: line.source,
  dyno: line.dyno,
  message: line.message,
})

const dynoDocument = (dyno: Dyno) => ({
  id: dyno.id,
  name: dyno.name,
  type: dyno.type,
  state: dyno.state as string,
  size: dyno.size,
  command: dyno.command,
  release: refOf(dyno.release),
  app: nameOf(dyno.app),
  created_at: dyno.created_at,
  updated_at: dyno.updated_at,
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
