import type { DynoReport } from '../monitor/index.js'
import { ofFormation, standingOf } from './app-state.js'
import type { AppWatch } from './app-watch.js'
import { quotaOf } from './series-document.js'
import type { AppSummary } from './wire.js'

const MINUTE = 60_000
/** ms that a code of the router stays on the overview after it came last. */
const CODE_LASTS = 2 * MINUTE
/** One app on the overview, by the same reports as `ps` and `monit` have. */
export function summarise(
  watch: AppWatch,
  platform: AppSummary['platform'],
  now: number,
): AppSummary {
  const all = watch.reports(now)
  const dynos = ofFormation(all)
  const instances = dynos.flatMap((dyno) => dyno.instances)
  const brief = watch.requestsInBrief(now)
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
    service_p95_ms: brief.serviceP95Ms,
    cpu_percent: sumOf(instances.map(({ cpuPercent }) => cpuPercent)),
    memory_mb: sumOf(dynos.map(({ memoryMb }) => memoryMb)),
    memory_quota_mb: quotaOf(dynos, {}),
    faults: faultsOf(watch, dynos, now),
    sparkline: brief.sparkline,
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

/** null if none is known. */
function sumOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.round(known.reduce((sum, one) => sum + one, 0) * 10) / 10
}
