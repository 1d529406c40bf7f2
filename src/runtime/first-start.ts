/**
 * When the start of an app's first instance is over: others would disturb it, and its memory means
 * nothing before.
 */
import { monotonic } from '../lib/monotonic.js'
import { uptimeOf, type Instance } from './instances.js'
import { isBusy, recentProcesses, type Process } from './proc.js'
import { treeOf } from './tree.js'

/**
 * ms after which an app that does not listen (a queue's consumer) is measured as one that serves.
 */
const BOOT = 3000
/**
 * ms of rest, and the share of one CPU that still is rest. Longer than a process table is used
 * again (proc.ts).
 */
const WINDOW = 300
const RESTS = 0.2

/** Whether an instance can be measured. */
export function isStarted(instance: Instance): boolean {
  return instance.isListening || uptimeOf(instance) >= BOOT
}

/**
 * Whether the start of an instance is over: it listens, or its tree has come to rest. On a machine
 * with too few CPUs a process takes none while it waits for its turn, so none may be about to run
 * either. Asked again and again.
 */
export class Rest {
  #since: { at: number; cpuSeconds: number; pids: number[] } | undefined

  isReached(instance: Instance, processes: () => Process[] = recentProcesses): boolean {
    if (isStarted(instance)) return true
    // Until then Node itself boots.
    if (instance.app.interpreter.isNode && instance.begunAt === undefined) return false
    const at = monotonic()
    const since = this.#since
    if (since?.pids.some(isBusy)) this.#since = undefined
    else if (since && at - since.at < WINDOW) return false
    const members = treeOf(instance, processes())
    const cpuSeconds = members.reduce((sum, one) => sum + one.cpuSeconds, 0)
    const hasRested =
      this.#since !== undefined &&
      cpuSeconds - this.#since.cpuSeconds < (RESTS * (at - this.#since.at)) / 1000
    this.#since = { at, cpuSeconds, pids: members.map((one) => one.pid) }
    return hasRested
  }
}
