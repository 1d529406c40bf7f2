import type { DynoReport } from '../monitor/index.js'
import { ofFormation, standingOf } from './app-state.js'
import type { AppWatch } from './app-watch.js'
import { latest, quotaOf } from './series-document.js'
import type { AppSummary } from './wire.js'

const MINUTE = 60_000
/** Values of the sparkline, one a minute. */
const SPARKLINE = 60
/** ms that a code of the router stays on the overview after it came last. */
const CODE_LASTS = 2 * MINUTE
/** ms of which p95 is told. */
const P95_OF = 2 * MINUTE

/** One app on the overview, by the same reports as `ps` and `monit` have. */
export function summarise(
  watch: AppWatch,
  platform: AppSummary['platform'],
  now: number,
): AppSummary {
  const all = watch.reports(now)
  const dynos = ofFormation(all)
  const instances = dynos.flatMap((dyno) => dyno.instances)
  const traffic = watch.model.traffic.perMinute(now)
  return {
    app: watch.app,
    platform,
    web_url: watch.webUrl,
    ...standing(watch, dynos),
    release: watch.release,
    dynos: {
      up: dynos.filter(({ state }) => state === 'up' || state === 'idle').length,
      of: dynos.length,
    },
    instances: {
      online: instances.filter(({ status }) => status === 'online').length,
      of: instances.length,
    },
    requests_per_minute: traffic?.requests ?? null,
    errors_per_minute: traffic?.errors ?? null,
    service_p95_ms: latest(
      watch.history.series({}, { from: now - P95_OF, to: now, points: P95_OF / 20_000 }),
      'serviceP95Ms',
    ),
    cpu_percent: sumOf(instances.map(({ cpuPercent }) => cpuPercent)),
    memory_mb: sumOf(dynos.map(({ memoryMb }) => memoryMb)),
    memory_quota_mb: quotaOf(dynos, {}),
    faults: faultsOf(watch, dynos, now),
    sparkline: sparklineOf(watch, now),
    problem: watch.problem?.text ?? null,
  }
}

function standing(watch: AppWatch, dynos: readonly DynoReport[]) {
  if (watch.isUnreachable)
    return { state: 'unreachable' as const, state_why: watch.problem?.text ?? 'Not seen yet.' }
  return standingOf(dynos)
}

function faultsOf({ model }: AppWatch, dynos: readonly DynoReport[], now: number): string[] {
  const codes = [...model.traffic.codes]
    .filter(([, { lastAt }]) => now - lastAt < CODE_LASTS)
    .map(([code]) => code)
  return [...new Set([...dynos.flatMap(({ fault }) => fault ?? []), ...codes])].sort()
}

function sparklineOf({ history }: AppWatch, now: number): (number | null)[] {
  const { requestsPerMinute } = history.series(
    {},
    { from: now - SPARKLINE * MINUTE, to: now, points: SPARKLINE },
  )
  return requestsPerMinute
    .slice(-SPARKLINE)
    .map((value) => (Number.isFinite(value) ? Math.round(value) : null))
}

/** null if none is known. */
function sumOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.round(known.reduce((sum, one) => sum + one, 0) * 10) / 10
}
