import { monotonic } from '../lib/monotonic.js'
import { takeAppMessage, type AppMetrics } from './app-metrics.js'
import type { App } from './app.js'
import type { Keeper } from './god.js'
import { Tail } from './output.js'
import type { ReportMessage } from './preload/report.js'

/** One process of an app, from its spawn to its exit. */
export interface Instance {
  app: App
  /** NODE_APP_INSTANCE: 0, 1, 2 … */
  index: number
  keeper: Keeper
  pid: number
  /** In the environment of every process of its tree. */
  mark: string
  /**
   * The processes of its tree that listen, by pid. A worker of the app's own cluster is its
   * primary's to stop.
   */
  servers: Map<number, { isWorker: boolean }>
  ports: Set<number | string>
  /** What the processes of its tree said last, by pid. */
  reports: Map<number, ReportMessage>
  /** Once it was told to stop: when its whole tree is gone. */
  stopped?: Promise<void>
  /**
   * When it was spawned, when the app's own first instruction ran (Node's boot is not the app's),
   * and when it ended, by monotonic().
   */
  startedAt: number
  begunAt?: number
  endedAt?: number
  isListening: boolean
  hasEnded: boolean
  /** Whether it was told to stop, by a reload, a restart or the dyno's end. */
  wasAsked: boolean
  /** Whether it is taken out for good: its app goes on with fewer. */
  isRemoved?: boolean
  tail: Tail
  /** Whether anything came on stdout. */
  hasPrinted: boolean
  /** Once it has ended: when all that it wrote is out. */
  silence?: Promise<unknown>
  /** What the preload said since the last sample. */
  eventLoopP95Ms?: number
  /** The event loop's 95th percentile as last told. */
  lateness?: number
  requests: number
  /** What the app tells through PM2's packages; absent if it uses none. */
  told?: AppMetrics | undefined
  /** CPU seconds at the last sample, and when that was. */
  cpuAt?: { seconds: number; at: number }
}

/** The living instances of all apps. */
export class Instances {
  readonly #living = new Set<Instance>()
  readonly #speaking = new Set<Promise<unknown>>()
  /** What ended instances have left running, until it is gone: by app and PM2's number. */
  readonly #left = new Map<string, Promise<void>>()

  add(app: App, keeper: Keeper, pid: number, mark: string): Instance {
    const index = Number(keeper.pm2_env[keeper.pm2_env.instance_var] ?? 0)
    const instance: Instance = {
      app,
      index,
      keeper,
      pid,
      mark,
      servers: new Map(),
      ports: new Set(),
      reports: new Map(),
      startedAt: monotonic(),
      isListening: false,
      hasEnded: false,
      wasAsked: false,
      tail: new Tail(),
      hasPrinted: false,
      requests: 0,
    }
    this.#living.add(instance)
    return instance
  }

  end(instance: Instance): void {
    instance.hasEnded = true
    instance.endedAt = monotonic()
    this.#living.delete(instance)
  }

  /** Keeps what an instance that has ended is still to say, until it is said. */
  silenced(silence: Promise<unknown>): Promise<unknown> {
    this.#speaking.add(silence)
    void silence.then(() => this.#speaking.delete(silence))
    return silence
  }

  /** When all that ended instances wrote is out, and nothing of their trees is left. */
  async silence(): Promise<void> {
    await Promise.all([...this.#left.values()])
    await Promise.all(this.#speaking)
  }

  /** An instance has ended and left processes; `gone` resolves when they are no more. */
  leaves({ app, keeper }: Instance, gone: Promise<void>): void {
    const key = `${app.name}:${keeper.pm2_env.pm_id}`
    this.#left.set(key, gone)
    void gone.then(() => this.#left.get(key) === gone && this.#left.delete(key))
  }

  /**
   * When nothing is left of the instance that had PM2's number `id` before; undefined if nothing
   * is.
   */
  leftBehind(app: App, id: number | string): Promise<void> | undefined {
    return this.#left.get(`${app.name}:${id}`)
  }

  of(app: App): Instance[] {
    return [...this.#living].filter((instance) => instance.app === app)
  }

  withPid(pid: number): Instance | undefined {
    return [...this.#living].find((instance) => instance.pid === pid)
  }

  withMark(mark: string): Instance | undefined {
    return [...this.#living].find((instance) => instance.mark === mark)
  }

  get all(): Instance[] {
    return [...this.#living].sort((a, b) => byName(a.app.name, b.app.name) || a.index - b.index)
  }
}

/** localeCompare would load 3 MB of ICU data. */
function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** ms that an instance is, or was, up. */
export function uptimeOf({ startedAt, begunAt, endedAt }: Instance): number {
  return (endedAt ?? monotonic()) - (begunAt ?? startedAt)
}

/** Takes the metrics and actions that an app tells through PM2's packages. */
export function takeTold(instance: Instance, message: unknown): void {
  const told = takeAppMessage(instance.told, message)
  if (told) instance.told = told
}

/**
 * Takes what the preload in one process of an instance's tree reports; whether the message was one
 * of ours.
 */
export function takeReport(
  instance: Instance,
  message: unknown,
  pid = instance.pid,
): message is ReportMessage {
  const report = message as ReportMessage | null
  if (typeof report !== 'object' || report === null || !('shipit' in report)) return false
  if (report.shipit === 'begun') {
    if (report.ran !== undefined) instance.begunAt = report.ran
    // PM2's own count of unstable restarts goes by this.
    if (report.at !== undefined) instance.keeper.pm2_env.pm_uptime = report.at
  }
  if (report.shipit === 'listening') {
    instance.isListening = true
    instance.servers.set(pid, { isWorker: report.isWorker === true })
  }
  if (report.shipit === 'metrics') {
    instance.eventLoopP95Ms = Math.max(instance.eventLoopP95Ms ?? 0, report.eventLoopP95Ms ?? 0)
    instance.lateness = report.eventLoopP95Ms ?? 0
    instance.requests += report.requests ?? 0
    instance.reports.set(pid, report)
  }
  return true
}

/** A process of the tree has gone: what it held is no more. */
export function forgetProcess(instance: Instance, pid: number): void {
  instance.servers.delete(pid)
  instance.reports.delete(pid)
}

/** The sum over the tree of what each process said last; undefined if none has said it. */
export function reported(instance: Instance, what: NumbersOf<ReportMessage>): number | undefined {
  const told = [...instance.reports.values()].flatMap((report) => report[what] ?? [])
  return told.length === 0 ? undefined : told.reduce((sum, one) => sum + one, 0)
}

/** The names of what is a number, in a type. */
type NumbersOf<T> = keyof { [K in keyof T as NonNullable<T[K]> extends number ? K : never]: T[K] }
