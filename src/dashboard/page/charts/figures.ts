/** What is drawn over time: which series of the document go together on one chart. */
import type { SeriesDocument } from '../../wire.js'
import { count, megabytes, milliseconds, percent } from '../format.js'

type Name = Exclude<keyof SeriesDocument, 'at' | 'step_ms' | 'memory_quota_mb'>

export interface Line {
  name: string
  of: Name | 'memory_quota_mb'
  /** A variable of the style sheet. */
  colour: string
  /** A limit, not a figure: thin and dashed. */
  isLimit?: boolean
}

export interface Figure {
  id: string
  title: string
  lines: readonly Line[]
  say(value: number | null | undefined): string
  /** A chart is never finer than this: noise is not to look like a storm. */
  least: number
  isStepped?: boolean
}

const CPU: Figure = {
  id: 'cpu',
  title: 'CPU',
  lines: [{ name: 'CPU', of: 'cpu_percent', colour: '--chart-blue' }],
  say: percent,
  least: 10,
}
const MEMORY: Figure = {
  id: 'memory',
  title: 'Memory',
  lines: [
    { name: 'used', of: 'memory_mb', colour: '--chart-violet' },
    { name: 'quota', of: 'memory_quota_mb', colour: '--chart-red', isLimit: true },
  ],
  say: megabytes,
  least: 64,
}
const LOOP: Figure = {
  id: 'loop',
  title: 'Event loop',
  lines: [{ name: 'p95', of: 'event_loop_p95_ms', colour: '--chart-amber' }],
  say: milliseconds,
  least: 20,
}
const REQUESTS: Figure = {
  id: 'requests',
  title: 'Requests a minute',
  lines: [{ name: 'requests', of: 'requests_per_minute', colour: '--chart-teal' }],
  say: count,
  least: 10,
}
const SERVICE: Figure = {
  id: 'service',
  title: 'Service',
  lines: [
    { name: 'p50', of: 'service_p50_ms', colour: '--chart-teal' },
    { name: 'p95', of: 'service_p95_ms', colour: '--chart-blue' },
    { name: 'p99', of: 'service_p99_ms', colour: '--chart-violet' },
  ],
  say: milliseconds,
  least: 50,
}
const ERRORS: Figure = {
  id: 'errors',
  title: 'Errors a minute',
  lines: [
    { name: '4xx', of: 'client_errors_per_minute', colour: '--chart-amber' },
    { name: '5xx', of: 'server_errors_per_minute', colour: '--chart-red' },
  ],
  say: count,
  least: 5,
}
const DYNOS: Figure = {
  id: 'dynos',
  title: 'Dynos',
  lines: [{ name: 'running', of: 'dyno_count', colour: '--chart-blue' }],
  say: count,
  least: 2,
  isStepped: true,
}

/** The router knows apps and dynos alone, and a dyno is one dyno. */
export const APP_FIGURES = [CPU, MEMORY, LOOP, REQUESTS, SERVICE, ERRORS, DYNOS] as const
export const DYNO_FIGURES = [CPU, MEMORY, LOOP, REQUESTS, SERVICE, ERRORS] as const
export const INSTANCE_FIGURES = [CPU, MEMORY, LOOP, REQUESTS] as const

/** The values of a line, as long as `at`. */
export const valuesOf = (series: SeriesDocument, { of }: Line): (number | null)[] =>
  of === 'memory_quota_mb' ? series.at.map(() => series.memory_quota_mb) : series[of]

/** The last that is known, of the last few: what was long ago is not what is now. */
export const latest = (values: readonly (number | null)[]): number | null =>
  values.slice(-3).findLast((value) => value !== null) ?? null
