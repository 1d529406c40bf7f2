/**
 * Reloads an instance that leaks before the dyno is out of memory, if the user has set no
 * max_memory_restart. Memory is in MB.
 */
import type { Budget } from './budget.js'

/** An instance, as the guard sees it. */
export interface Held {
  app: string
  index: number
  rss: number
  /** ms since its start. */
  uptime: number
  /** Whether a reload of it has no gap: cluster mode, listening, and no limit of the user's own. */
  isReloadable: boolean
}

type Verdict<T> =
  { kind: 'fine' } | { kind: 'reload'; instance: T } | { kind: 'give up'; instance: T }

/**
 * A successor that is over its share again after less than this many ms is no leak: that is what
 * the app takes.
 */
export const SOON = 120_000

export class MemoryGuard {
  /** Instances that were reloaded, by app and index; their successors are watched for a circle. */
  readonly #reloaded = new Set<string>()
  readonly #givenUp = new Set<string>()

  hasGivenUp(app: string): boolean {
    return this.#givenUp.has(app)
  }

  /**
   * The app has another number of instances, and with it another share: what was learned is no more
   * true.
   */
  forget(app: string): void {
    this.#givenUp.delete(app)
    for (const name of this.#reloaded) if (name.startsWith(`${app}:`)) this.#reloaded.delete(name)
  }

  /**
   * What to do about the memory of all instances. At most one is reloaded at a time, the one that
   * is furthest over its share.
   */
  judge<T extends Held>(held: T[], budget: Budget): Verdict<T> {
    const taken = held.reduce((sum, one) => sum + one.rss, 0)
    if (taken <= budget.total) return { kind: 'fine' }
    const over = (one: Held) => one.rss / (budget.shares.get(one.app) ?? Infinity)
    const [instance] = held
      .filter((one) => one.isReloadable && !this.#givenUp.has(one.app) && over(one) > 1)
      .sort((a, b) => over(b) - over(a))
    if (!instance) return { kind: 'fine' }
    const name = `${instance.app}:${instance.index}`
    if (this.#reloaded.has(name) && instance.uptime < SOON) {
      this.#givenUp.add(instance.app)
      return { kind: 'give up', instance }
    }
    this.#reloaded.add(name)
    return { kind: 'reload', instance }
  }
}
