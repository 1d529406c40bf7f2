/** The lines that `ps`, `monit` and the dashboard read from the app's log: logfmt, in the style of Heroku's log-runtime-metrics. */

interface InstanceName {
  source: string
  app: string
  instance: number
}

export type EventName = 'start' | 'online' | 'listening' | 'exit' | 'stop' | 'crash'

export interface Sample {
  pid: number
  status: string
  restarts: number
  /** Seconds. */
  uptime: number
  /** MB */
  rss: number
  /** Percent of one CPU. */
  cpu: number
  /** ms; absent for instances that do not report it (other interpreters, the first seconds). */
  eventLoopP95?: number | undefined
  requestsPerMinute?: number | undefined
  activeRequests?: number | undefined
  /** MB in use on V8's heap, and outside it (buffers); absent as eventLoopP95 is. */
  heap?: number | undefined
  external?: number | undefined
  /** MB at which it is restarted; absent where nothing says. */
  limit?: number | undefined
  /** Of the app's package.json. */
  version?: string | undefined
}

export function eventLine(name: InstanceName, event: EventName, fields: Record<string, string | number | undefined> = {}): string {
  return logfmt({ source: name.source, app: name.app, instance: name.instance, event, ...fields })
}

export function sampleLine(name: InstanceName, sample: Sample): string {
  return logfmt({
    source: name.source,
    app: name.app,
    instance: name.instance,
    pid: sample.pid,
    status: sample.status,
    restarts: sample.restarts,
    uptime: `${Math.round(sample.uptime)}s`,
    version: sample.version,
    'sample#memory_rss': megabytes(sample.rss),
    'sample#memory_heap': megabytes(sample.heap),
    'sample#memory_external': megabytes(sample.external),
    'sample#memory_limit': megabytes(sample.limit),
    'sample#cpu': `${sample.cpu.toFixed(1)}%`,
    'sample#event_loop_p95': sample.eventLoopP95 === undefined ? undefined : `${sample.eventLoopP95.toFixed(2)}ms`,
    'sample#requests': sample.requestsPerMinute === undefined ? undefined : `${Math.round(sample.requestsPerMinute)}rpm`,
    'sample#active_requests': sample.activeRequests,
  })
}

function megabytes(size: number | undefined): string | undefined {
  return size === undefined ? undefined : `${size.toFixed(2)}MB`
}

function logfmt(fields: Record<string, string | number | undefined>): string {
  const pairs = Object.entries(fields).filter(([, value]) => value !== undefined)
  return `shipit ${pairs.map(([key, value]) => `${key}=${quoted(String(value))}`).join(' ')}\n`
}

function quoted(value: string): string {
  return /[\s"=]/.test(value) || value === '' ? JSON.stringify(value) : value
}
