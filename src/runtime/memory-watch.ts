import { monotonic } from '../lib/monotonic.js'
import type { App } from './app.js'
import type { Budget } from './budget.js'
import { warn } from './runtime-error.js'
import type { Instance, Instances } from './instances.js'
import { MemoryGuard, type Held } from './memory-guard.js'
import { dynoOutput } from './outlet.js'
import { memoryOf } from './tree.js'

interface MemorySettings {
  instances: Instances
  /** As it is now: it changes with the number of instances. */
  budget(): Budget
  /** Whether the number of an app's instances is the runtime's, and there is one to spare. */
  hasSpare(app: App): boolean
  /** Whether each second it is seen if the dyno wants one fewer. */
  isSizing(): boolean
  /** MB: what the dyno has, and what of it is there for instances. */
  memory: number
  free: number
  /** Replaces an instance without a gap, in its turn. */
  reload(instance: Instance): Promise<void>
}

/** ms between two looks at memory, as PM2 has them; PM2_WORKER_INTERVAL says another number. */
const POLL_MS = 30_000

/** Holds the instances to what the dyno has, and says where it is too small for one. */
export class MemoryWatch {
  readonly #settings: MemorySettings
  readonly #guard = new MemoryGuard()
  /** Apps of which one instance alone is larger than the dyno, once that was said. */
  readonly #tooLarge = new Set<App>()
  #isLooking = false

  constructor(settings: MemorySettings) {
    this.#settings = settings
    this.#warnOfSizes(settings.instances.all)
    const every = Number(process.env.PM2_WORKER_INTERVAL) || POLL_MS
    setInterval(() => void this.#poll(), every).unref()
  }

  hasGivenUp(app: App): boolean {
    return this.#guard.hasGivenUp(app.name)
  }

  forget(app: App): void {
    this.#guard.forget(app.name)
  }

  /** Judges all instances: fewer of them have been found to be no answer. */
  look(): Promise<void> {
    return this.#judge(() => true)
  }

  /**
   * Leaves out apps with an instance to spare: of these the dyno may want one fewer, and where it
   * does not, this is asked to look.
   */
  #poll(): Promise<void> {
    const { hasSpare, isSizing } = this.#settings
    return this.#judge(({ app }) => !(isSizing() && hasSpare(app)))
  }

  async #judge(mayReload: (instance: Instance) => boolean): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    try {
      const instances = this.#settings.instances.all
      this.#warnOfSizes(instances)
      await this.#act(
        instances.map((instance) => {
          const held = heldBy(instance)
          return { ...held, isReloadable: held.isReloadable && mayReload(instance) }
        }),
      )
    } finally {
      this.#isLooking = false
    }
  }

  async #act(held: (Held & { instance: Instance })[]): Promise<void> {
    const { hasSpare, reload } = this.#settings
    const budget = this.#settings.budget()
    const verdict = this.#guard.judge(held, budget)
    if (verdict.kind === 'fine') return
    const { app, index, rss, uptime, instance } = verdict.instance
    // There will be one fewer, which is said if it is done.
    if (verdict.kind === 'give up' && hasSpare(instance.app)) return
    const what =
      `instance ${index} of ${app} takes ${Math.round(rss)} MB, where its share of this dyno is ` +
      `${budget.shares.get(app)} MB`
    if (verdict.kind === 'give up')
      return warn(
        `${what}, ${Math.round(uptime / 1000)} s after it was reloaded for that; ${app} is ` +
          'not reloaded for it any more: fewer instances or a larger dyno would help',
      )
    dynoOutput.out.write(`shipit: ${what} and the dyno is full: it is reloaded\n`)
    await reload(instance)
  }

  /** Heroku's R14 names neither the app nor what helps. */
  #warnOfSizes(instances: Instance[]): void {
    const { free, memory } = this.#settings
    for (const instance of instances) {
      const { app } = instance
      const rss = memoryOf(instance)
      if (rss <= free || this.#tooLarge.has(app)) continue
      this.#tooLarge.add(app)
      warn(
        `one instance of ${app.name} takes ${Math.round(rss)} MB, more than this dyno of ` +
          `${memory} MB has for it: Heroku slows such a dyno down (R14) and ends it at twice ` +
          'its memory (R15); choose a larger one',
      )
    }
  }
}

/**
 * Where the limit is the user's own, or a reload would leave a gap, the guard has nothing to do.
 */
function heldBy(instance: Instance): Held & { instance: Instance } {
  const { app, index, keeper, isListening } = instance
  const isReloadable =
    app.isCluster &&
    app.maxMemory === undefined &&
    isListening &&
    keeper.pm2_env.status === 'online'
  return {
    app: app.name,
    index,
    rss: memoryOf(instance),
    uptime: monotonic() - instance.startedAt,
    isReloadable,
    instance,
  }
}
