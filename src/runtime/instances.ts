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
  /** When it was spawned, when the app's own first instruction ran (Node's boot is not the app's), and when it ended. */
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
  eventLoopP95?: number
  requests: number
  active?: number
  /** Bytes on V8's heap and outside it, as last told. */
  heap?: number
  external?: number
  /** CPU seconds at the last sample, and when that was. */
  cpuAt?: { seconds: number; at: number }
}

/** The living instances of all apps. */
export class Instances {
  readonly #living = new Set<Instance>()
  readonly #speaking = new Set<Promise<unknown>>()

  add(app: App, keeper: Keeper, pid: number): Instance {
    const index = Number(keeper.pm2_env[keeper.pm2_env.instance_var] ?? 0)
    const instance: Instance = { app, index, keeper, pid, startedAt: Date.now(), isListening: false, hasEnded: false, wasAsked: false, tail: new Tail(), hasPrinted: false, requests: 0 }
    this.#living.add(instance)
    return instance
  }

  end(instance: Instance): void {
    instance.hasEnded = true
    instance.endedAt = Date.now()
    this.#living.delete(instance)
  }

  /** Keeps what an instance that has ended is still to say, until it is said. */
  silenced(silence: Promise<unknown>): Promise<unknown> {
    this.#speaking.add(silence)
    void silence.then(() => this.#speaking.delete(silence))
    return silence
  }

  /** When all that ended instances wrote is out. */
  async silence(): Promise<void> {
    await Promise.all(this.#speaking)
  }

  of(app: App): Instance[] {
    return [...this.#living].filter((instance) => instance.app === app)
  }

  withPid(pid: number): Instance | undefined {
    return [...this.#living].find((instance) => instance.pid === pid)
  }

  get all(): Instance[] {
    return [...this.#living].sort((a, b) => byName(a.app.name, b.app.name) || a.index - b.index)
  }
}

/** localeCompare would load 3 MB of the world's alphabets. */
function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** ms that an instance is, or was, up. */
export function uptimeOf({ startedAt, begunAt, endedAt }: Instance): number {
  return (endedAt ?? Date.now()) - (begunAt ?? startedAt)
}

/** Takes what the preload reports; whether the message was one of ours. */
export function takeReport(instance: Instance, message: unknown): message is ReportMessage {
  const report = message as ReportMessage | null
  if (typeof report !== 'object' || report === null || !('shipit' in report)) return false
  if (report.shipit === 'begun' && report.at !== undefined) {
    instance.begunAt = report.at
    // PM2's own count of unstable restarts goes by this.
    instance.keeper.pm2_env.pm_uptime = report.at
  }
  if (report.shipit === 'listening') instance.isListening = true
  if (report.shipit === 'metrics') {
    instance.eventLoopP95 = Math.max(instance.eventLoopP95 ?? 0, report.eventLoopP95 ?? 0)
    instance.requests += report.requests ?? 0
    instance.active = report.active ?? 0
    if (report.heap !== undefined) instance.heap = report.heap
    if (report.external !== undefined) instance.external = report.external
  }
  return true
}
