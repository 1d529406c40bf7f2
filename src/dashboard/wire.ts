/**
 * What `shipit dashboard` and its page say to each other: types alone, for both sides. Documents are
 * those of `ps --json` and its siblings (src/json), so that the page and the commands cannot
 * disagree. Times named `_at` are ISO 8601; times in arrays are ms since the epoch.
 *
 * GET  /?token=…                    303 to /, with the cookie; the token works once per browser
 * GET  /                            the page; /page.js, /page.css and /icon.svg are its files
 * GET  /api/apps                    Overview
 * GET  /api/stream?app=NAME         server-sent events (StreamEvents), of one app in detail
 * GET  /api/apps/:app/series        SeriesDocument; ?dyno=web.1&instance=api:0&from=MS&to=MS&points=N
 * GET  /api/apps/:app/marks         Mark[]; ?from=MS&to=MS
 * GET  /api/apps/:app/details       DetailsDocument; ?dyno=web.1&instance=api:0
 * GET  /api/apps/:app/routes        RouteDocument[]
 * GET  /api/apps/:app/exceptions    ExceptionDocument[]
 * GET  /api/apps/:app/log           LogDocument; ?around=MS | ?before=SEQ, &limit=N
 * GET  /api/apps/:app/releases      ReleaseDocument[], newest first
 * GET  /api/apps/:app/formation     FormationDocument
 * GET  /api/apps/:app/config        names of config vars, never values
 * POST /api/apps/:app/questions     ActionRequest → Question: what will happen, before it does
 * POST /api/apps/:app/actions       ActionRequest → 202 {id}; ActionNews in the stream tells the rest
 * POST /api/apps/:app/actions/:id/stop   ends it in order, as Ctrl-C ends the command
 * An error is {"error": {code, message, why, next}} with its HTTP status.
 */
import type { Json } from '../json/schema.js'
import type { DYNO_REPORT, LOG_LINE, SHOW } from '../json/monitor.js'

/** A dyno as `ps --json` has it. */
export type DynoDocument = Json<typeof DYNO_REPORT>
export type InstanceDocument = DynoDocument['instances'][number]
export type DetailsDocument = Extract<Json<typeof SHOW>, { dyno: unknown }>
export type LogLineDocument = Json<typeof LOG_LINE>

export type AppState = 'up' | 'starting' | 'degraded' | 'crashed' | 'stopped' | 'unreachable'

/** One app on the overview. null is what is not known. */
export interface AppSummary {
  app: string
  platform: 'heroku' | 'local'
  web_url: string | null
  state: AppState
  /** Why it is not up, in a sentence. */
  state_why: string | null
  release: { version: number; description: string; commit: string | null; at: string } | null
  dynos: { up: number; of: number }
  instances: { online: number; of: number }
  requests_per_minute: number | null
  errors_per_minute: number | null
  service_p95_ms: number | null
  cpu_percent: number | null
  memory_mb: number | null
  memory_quota_mb: number | null
  /** Heroku's codes that last: R14, H12, … */
  faults: string[]
  /** Requests a minute of the last hour, one value a minute; null where none is known. */
  sparkline: (number | null)[]
  /** Why figures are missing or old; null if they are not. */
  problem: string | null
}

export interface Overview {
  apps: AppSummary[]
  is_read_only: boolean
  shipit_version: string
  /** ms since the epoch by the clock of this machine: the page's clock may differ. */
  now: number
}

/** One value a point, null where none was told; all as long as `at`. */
export interface SeriesDocument {
  /** ms since the epoch, oldest first, `step_ms` apart. */
  at: number[]
  step_ms: number
  /** Percent of one CPU, of all instances together. */
  cpu_percent: (number | null)[]
  memory_mb: (number | null)[]
  memory_quota_mb: number | null
  event_loop_p95_ms: (number | null)[]
  requests_per_minute: (number | null)[]
  client_errors_per_minute: (number | null)[]
  server_errors_per_minute: (number | null)[]
  service_p50_ms: (number | null)[]
  service_p95_ms: (number | null)[]
  service_p99_ms: (number | null)[]
  dyno_count: (number | null)[]
}

export type MarkKind = 'release' | 'restart' | 'crash' | 'memory' | 'scale' | 'config' | 'fault'

/** What happened, and when: drawn on the charts, listed beside the log. */
export interface Mark {
  at: number
  kind: MarkKind
  place: string
  text: string
  is_bad: boolean
}

export interface RouteDocument {
  method: string
  /** Ids folded: /users/:id */
  path: string
  requests: number
  client_errors: number
  server_errors: number
  p50_ms: number | null
  p95_ms: number | null
  max_ms: number | null
}

/** Errors of one type and place, in all instances of the app. */
export interface ExceptionDocument {
  type: string
  message: string
  place: string | null
  is_uncaught: boolean
  count: number
  instances: string[]
  first_at: string
  last_at: string
}

export interface LogEntry extends LogLineDocument {
  /** Grows by one a line, so that the page knows what it has missed. */
  seq: number
  level: 'error' | 'warn' | 'info'
  /** A line of figures or another that only machines read. */
  is_figures: boolean
}

export interface LogDocument {
  lines: LogEntry[]
  /** Whether the server still keeps older ones. */
  has_older: boolean
}

export interface ReleaseDocument {
  version: number
  description: string
  status: string
  user: string
  at: string
  commit: string | null
  is_current: boolean
  is_rollback_possible: boolean
}

export interface FormationDocument {
  process_types: {
    type: string
    command: string
    quantity: number
    size: string
    /** eco, basic, standard, performance: what it costs by. */
    cost_class: string | null
    most: number | null
    memory_mb_per_dyno: number | null
    instances_per_dyno: number | null
  }[]
  sizes: { name: string; memory_mb: number; cost_class: string }[]
  is_maintenance: boolean
  /** Builds that are under way. */
  builds: { id: string; at: string; user: string }[]
}

export type ActionRequest =
  | { kind: 'restart'; dyno?: string; type?: string }
  | { kind: 'reload'; type?: string }
  | { kind: 'scale'; type: string; quantity?: number; size?: string }
  | { kind: 'instances'; app: string; count: number | 'max' }
  | { kind: 'stop'; type?: string }
  | { kind: 'start'; type?: string }
  | { kind: 'rollback'; version?: number }
  | { kind: 'cancel-build'; build: string }

export interface Question {
  title: string
  /** What will happen, and what it costs. */
  text: string
  /** The verb on the button. */
  confirm: string
  is_dangerous: boolean
}

export interface ActionNews {
  id: string
  app: string
  request: ActionRequest
  state: 'running' | 'done' | 'failed' | 'stopped'
  /** The sentence of now, or of the end. */
  text: string
  why: string | null
  next: string | null
}

/** A state of trouble: one document when it begins, and one with the same id when it is over. */
export interface Alert {
  id: string
  app: string
  rule: 'crash-loop' | 'memory' | 'errors' | 'slow' | 'quota' | 'silent' | 'down' | 'unreachable'
  /** What is wrong, in two or three words. */
  title: string
  /** `web.1`, `web.1 api:0`; null if it is the app, or several of its dynos. */
  place: string | null
  state: 'raised' | 'resolved'
  /** Of this state. */
  at: string
  raised_at: string
  /** How it is, in a sentence or two. */
  text: string
}

/** What `--export` puts into the page: the answers to all that it would ask. */
export interface SnapshotDocument {
  /** ms since the epoch: the stretch that it tells of. */
  from: number
  to: number
  overview: Overview
  apps: Record<string, AppSnapshot>
}

export interface AppSnapshot {
  dynos: DynoDocument[]
  marks: Mark[]
  /** By `dyno instance`: '', 'web.1', 'web.1 api:0'. */
  series: Record<string, SeriesDocument>
  /** By the same, without the app's. */
  details: Record<string, Omit<DetailsDocument, 'dyno' | 'instance'>>
  routes: RouteDocument[]
  exceptions: ExceptionDocument[]
  releases: ReleaseDocument[]
  formation: FormationDocument
  log: LogEntry[]
}

/** The names of the server-sent events, and their data. */
export interface StreamEvents {
  overview: Overview
  /** Of the app asked for: dynos that changed since the last, and the names of those that are gone. */
  dynos: { changed: DynoDocument[]; gone: string[] }
  /** New points are there: fetch the series since the last. */
  points: { until: number }
  marks: Mark[]
  /** At most some hundred a second; what was left out is counted and can be fetched. */
  lines: { lines: LogEntry[]; skipped: number }
  action: ActionNews
  /** The first one: those that are raised, and the last that were. Then what changes. */
  alerts: Alert[]
  /** The platform no longer accepts our token, or cannot be reached; null when it can again. */
  problem: { text: string; next: string | null; kind: 'login' | 'network' | 'other' } | null
}
