import { monotonic } from '../lib/monotonic.js'
import { metricFields } from './app-metrics.js'
import { sampleLines, type Sample } from './event-line.js'
import type { Formatted, God } from './god.js'
import { reported, type Instance, type Instances } from './instances.js'
import { dynoOutput } from './outlet.js'
import { usageOf } from './tree.js'

const DEFAULT_SECONDS = 20

/** ms between samples: SHIPIT_METRICS in seconds, `off` or 0 for none. */
export function metricsInterval(setting: string | undefined): number {
  if (setting === undefined || setting === '') return DEFAULT_SECONDS * 1000
  const seconds = Number(setting)
  return Number.isFinite(seconds) && seconds > 0
    ? Math.max(100, seconds * 1000)
    : setting === 'on'
      ? DEFAULT_SECONDS * 1000
      : 0
}

/**
 * Gives `write` a line with all instances every `interval` ms. `limitOf`: MB that an instance of
 * the app may take, if the file sets no limit.
 */
export function startMetrics(
  instances: Instances,
  source: string,
  interval: number,
  limitOf: (app: string) => number | undefined,
  write: (line: string) => void,
): void {
  if (interval === 0) return
  setInterval(() => {
    const samples = [...instances.all].flatMap((instance) => {
      const sample = sampleOf(instance, interval, limitOf(instance.app.name))
      return sample ? [{ app: instance.app.name, instance: instance.index, sample }] : []
    })
    for (const line of sampleLines(source, samples)) write(line)
  }, interval).unref()
}

/** Where nobody reads, only the latest would be of use, and by then it is old. */
export function printIfRead(line: string): void {
  if (!dynoOutput.out.isFull) dynoOutput.out.write(line)
}

/** ms between two polls at a process's CPU: the kernel counts in steps of 10 ms. */
const SHORTEST_POLL = 500

/**
 * God's worker compares memory with max_memory_restart through this, and the dashboard asks it each
 * second; PM2's own way brings a module that shells out.
 * PM2's RPC reads the text of what it exposes: a `function`, not an arrow.
 */
export function installMonitor(god: God, instances: Instances): void {
  let seen = new Map<number, CpuSeen>()
  god.getMonitorData = function (_env, callback) {
    const processes = god.getFormatedProcesses()
    const looked = new Map<number, CpuSeen>()
    for (const one of processes) {
      one.monit = { memory: 0, cpu: 0 }
      const pid = watchedPid(one)
      const usage = pid && usageOf(instances.withPid(pid) ?? { pid, mark: '', hasEnded: false })
      if (!pid || !usage) continue
      const look = lookAtCpu(seen.get(pid), usage.cpuSeconds, one)
      looked.set(pid, look)
      one.monit = { memory: Math.round(usage.rss * 2 ** 20), cpu: look.percent }
    }
    seen = looked
    callback(null, processes)
  }
}

interface CpuSeen {
  at: number
  seconds: number
  /** Of one CPU, since the look before; at the first look since the start. */
  percent: number
}

function lookAtCpu(before: CpuSeen | undefined, seconds: number, { pm2_env }: Formatted): CpuSeen {
  const now = monotonic()
  if (before && now - before.at < SHORTEST_POLL) return before
  const up = Date.now() - (Number(pm2_env.pm_uptime) || Infinity)
  const since = before ?? { at: now - up, seconds: 0 }
  const elapsed = Math.max(SHORTEST_POLL, now - since.at)
  return {
    at: now,
    seconds,
    percent: Math.round((1e6 * Math.max(0, seconds - since.seconds)) / elapsed) / 10,
  }
}

/**
 * PM2 measures what is online alone, and another process if the app names one by its module's
 * options.
 */
function watchedPid({ pid, pm2_env }: Formatted): number | undefined {
  if (pm2_env.status !== 'online') return undefined
  const named = (pm2_env.axm_options as { pid?: unknown } | undefined)?.pid
  return named ? Number(named) || undefined : pid
}

function sampleOf(
  instance: Instance,
  interval: number,
  share: number | undefined,
): Sample | undefined {
  const usage = usageOf(instance)
  if (!usage) return undefined
  const now = monotonic()
  const before = instance.cpuAt ?? { seconds: 0, at: instance.startedAt }
  instance.cpuAt = { seconds: usage.cpuSeconds, at: now }
  const requests = instance.requests
  instance.requests = 0
  const { eventLoopP95Ms } = instance
  delete instance.eventLoopP95Ms
  return {
    pid: instance.pid,
    status: instance.keeper.pm2_env.status,
    restarts: instance.keeper.pm2_env.restart_time,
    uptime: (now - instance.startedAt) / 1000,
    memoryMb: usage.rss,
    cpuPercent:
      (100 * Math.max(0, usage.cpuSeconds - before.seconds)) /
      Math.max(0.001, (now - before.at) / 1000),
    eventLoopP95Ms,
    requestsPerMinute:
      reported(instance, 'activeRequests') === undefined
        ? undefined
        : (requests * 60_000) / interval,
    activeRequests: reported(instance, 'activeRequests'),
    heapMb: reported(instance, 'heapMb'),
    externalMb: reported(instance, 'externalMb'),
    memoryLimitMb: inMegabytes(instance.keeper.pm2_env.max_memory_restart) ?? share,
    version: versionOf(instance),
    told: instance.told && metricFields(instance.told),
  }
}

function inMegabytes(bytes: unknown): number | undefined {
  return typeof bytes === 'number' ? bytes / 2 ** 20 : undefined
}

/** PM2 reads it from the package.json nearest to the script, and says N/A if there is none. */
function versionOf({ keeper }: Instance): string | undefined {
  const { version } = keeper.pm2_env
  return typeof version === 'string' && version !== 'N/A' ? version : undefined
}
