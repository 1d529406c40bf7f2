import { plainOrder } from '../lib/dyno-name.js'
import { eachFigure, type FigureName } from '../lib/figures.js'
import { dynoSize } from '../lib/dyno-sizes.js'
import type { Dyno } from '../heroku/index.js'
import type { DynoModel } from './dyno.js'
import type { InstanceModel } from './instance.js'
import type { AppMetric } from './app-values.js'
import { R14_LASTS } from './limits.js'
import type { FormationModel } from './model.js'

/** One instance as `ps` reports it; null is what no line has told. */
export interface InstanceReport extends Record<FigureName, number | null> {
  /** `api:0`: its app in the ecosystem file, and its number within the dyno. */
  id: string
  app: string
  instance: number
  pid: number | null
  /** PM2's word. */
  status: string | null
  restarts: number | null
  uptimeSeconds: number | null
  /** Of the app's package.json. */
  version: string | null
  /**
   * What the app tells of itself by @pm2/io, tx2 or pmx, and the names of what it can be asked to
   * do.
   */
  metrics: AppMetric[]
  actions: string[]
  /** ISO 8601: when the runtime printed the figures. */
  sampledAt: string | null
}

/** A dyno as the Platform API has it, and what its log tells besides. */
export interface DynoReport extends Dyno {
  /** Who tells the figures; null if nobody does. */
  figuresFrom: 'shipit-runtime' | 'log-runtime-metrics' | null
  /** Of its size. */
  memoryQuotaMb: number | null
  /** Of the dyno where Heroku tells it, else of its instances together. */
  memoryMb: number | null
  /** Over one minute. */
  loadAverage: number | null
  /** As the router counts them; null if the log holds no line of the router. */
  requestsPerMinute: number | null
  errorsPerMinute: number | null
  /** The last of Heroku's codes since the dyno started; R14 as long as it lasts. */
  fault: string | null
  instances: InstanceReport[]
}

/** Puts together what the API and the log say of each dyno. @param now ms since the epoch */
export function reportDynos(
  dynos: readonly Dyno[],
  model: FormationModel,
  now: number,
): DynoReport[] {
  return dynos.map((dyno) => reportDyno(dyno, model.dynos.get(dyno.name), now))
}

function reportDyno(dyno: Dyno, known: DynoModel | undefined, now: number): DynoReport {
  const since = Math.floor(Date.parse(dyno.created_at) / 1000) * 1000
  // Lines of a dyno that had this name before tell nothing of this one.
  const instances = [...(known?.instances.values() ?? [])]
    .filter(({ seenAt }) => seenAt >= since)
    .map((instance) => reportInstance(instance, now))
  instances.sort((one, other) => plainOrder(one.app, other.app) || one.instance - other.instance)
  const own = known && known.seenAt >= since ? known : undefined
  const overQuota =
    own?.overQuota && now - own.overQuota.time < R14_LASTS ? own.overQuota : undefined
  const traffic = own?.traffic.perMinute(now)
  const sampled = instances.filter(({ memoryMb }) => memoryMb !== null)
  return {
    ...dyno,
    figuresFrom:
      instances.length > 0 ? 'shipit-runtime' : own?.figures ? 'log-runtime-metrics' : null,
    memoryQuotaMb: own?.figures?.quota ?? dynoSize(dyno.size)?.memory ?? null,
    memoryMb:
      own?.figures?.memory ??
      overQuota?.memory ??
      (sampled.length > 0
        ? rounded(sampled.reduce((sum, { memoryMb }) => sum + memoryMb!, 0))
        : null),
    loadAverage: own?.figures?.load ?? null,
    requestsPerMinute: traffic?.requests ?? null,
    errorsPerMinute: traffic?.errors ?? null,
    fault:
      own?.fault &&
      own.fault.time >= since &&
      (own.fault.code !== 'R14' || now - own.fault.time < R14_LASTS)
        ? own.fault.code
        : null,
    instances,
  }
}

function reportInstance(known: InstanceModel, now: number): InstanceReport {
  const { app, instance, pid, status, restarts, startedAt, sample, sampledAt } = known
  const isRunning = status !== 'stopped' && status !== 'errored' && status !== 'waiting restart'
  return {
    id: `${app}:${instance}`,
    app,
    instance,
    pid: isRunning ? (pid ?? null) : null,
    status: status ?? null,
    restarts: restarts ?? null,
    uptimeSeconds:
      isRunning && startedAt !== undefined
        ? Math.max(0, Math.round((now - startedAt) / 1000))
        : null,
    ...eachFigure((name) => sample?.[name] ?? null),
    version: sample?.version ?? null,
    metrics: sample?.metrics ?? [],
    actions: sample?.actions ?? [],
    sampledAt: sampledAt === undefined ? null : new Date(sampledAt).toISOString(),
  }
}

const rounded = (megabytes: number) => Math.round(megabytes * 100) / 100
