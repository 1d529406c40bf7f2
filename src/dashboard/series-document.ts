import { dynoSize } from '../lib/dyno-sizes.js'
import type { AppHistory, HistoryOf, HistoryRange } from '../history/index.js'
import type { DynoReport } from '../monitor/index.js'
import type { SeriesDocument } from './wire.js'

/** The history of an app, a dyno or an instance, as the page draws it. */
export function seriesDocument(
  history: AppHistory,
  of: HistoryOf,
  range: HistoryRange,
  quotaMb: number | null,
): SeriesDocument {
  const series = history.series(of, range)
  return {
    at: series.at,
    step_ms: series.stepMs,
    cpu_percent: orNull(series.cpuPercent),
    memory_mb: orNull(series.memoryMb),
    memory_quota_mb: quotaMb,
    event_loop_p95_ms: orNull(series.eventLoopP95Ms),
    requests_per_minute: orNull(series.requestsPerMinute),
    client_errors_per_minute: orNull(series.clientErrorsPerMinute),
    server_errors_per_minute: orNull(series.serverErrorsPerMinute),
    service_p50_ms: orNull(series.serviceP50Ms),
    service_p95_ms: orNull(series.serviceP95Ms),
    service_p99_ms: orNull(series.serviceP99Ms),
    dyno_count: orNull(series.dynoCount),
  }
}

const orNull = (values: readonly number[]): (number | null)[] =>
  values.map((value) => (Number.isFinite(value) ? Math.round(value * 100) / 100 : null))

/** What the memory of the app, of a dyno or of an instance is held against; null if not known. */
export function quotaOf(
  dynos: readonly DynoReport[],
  { dyno, instance }: HistoryOf,
): number | null {
  const chosen = dynos.filter(({ name, type }) =>
    dyno === undefined ? type !== 'run' : name === dyno,
  )
  if (instance !== undefined) {
    const limits = chosen.flatMap(({ instances }) =>
      instances.filter(({ id }) => id === instance).map(({ memoryLimitMb }) => memoryLimitMb),
    )
    return limits[0] ?? null
  }
  const quotas = chosen.map(({ memoryQuotaMb, size }) => memoryQuotaMb ?? dynoSize(size)?.memory)
  return quotas.length === 0 || quotas.includes(undefined)
    ? null
    : quotas.reduce<number>((sum, quota) => sum + quota!, 0)
}
