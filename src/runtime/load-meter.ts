/** How busy instances are, by what the kernel has counted of them. */
import type { Instance } from './instances.js'
import { readIfThere } from './kernel-file.js'
import { usageOf } from './tree.js'

/** ms that a process has run, and that its first thread has run or waited to run. */
interface Busy {
  ran: number
  wanted: number
}

export class LoadMeter {
  readonly #before = new WeakMap<Instance, Busy & { at: number }>()

  constructor(private readonly busyMs: (instance: Instance) => Busy = busyMsOf) {}

  /** How much of the time since it was asked last the instance ran or waited for a CPU, 0 to 1. */
  load(instance: Instance): number {
    const now = { at: performance.now(), ...this.busyMs(instance) }
    const before = this.#before.get(instance) ?? now
    this.#before.set(instance, now)
    const busy = Math.max(now.ran - before.ran, now.wanted - before.wanted)
    return now.at > before.at ? Math.min(1, Math.max(0, busy / (now.at - before.at))) : 0
  }
}

/**
 * The first thread is Node's own: on a shared host the CPUs' part is smaller than what it has to do
 * (docs.kernel.org/scheduler/sched-stats.html).
 */
export function busyMsOf(instance: Instance, read?: (file: string) => string): Busy {
  const counted = readIfThere(`/proc/${instance.pid}/schedstat`, read)
  const [running = 0, waiting = 0] = counted?.split(' ').map(Number) ?? []
  return {
    ran: 1000 * (usageOf(instance)?.cpuSeconds ?? 0),
    wanted: (running + waiting) / 1e6,
  }
}
