/**
 * The dyno's memory while it runs: what each instance may take of it, and how many there are. In
 * MB.
 */
import type { App } from './app.js'
import { divide, type Budget } from './budget.js'
import type { Instance, Instances } from './instances.js'
import { MemoryWatch } from './memory-watch.js'
import type { Room, Scaling } from './scaling.js'
import { forInstances, mostInstances, type SizedApp, type SizingInput } from './sizing.js'
import { SizingWatch } from './sizing-watch.js'

interface DynoMemorySettings {
  apps: App[]
  source: string
  instances: Instances
  scaling: Scaling
  room(): Room | undefined
  isReloading(): boolean
  reload(instance: Instance): Promise<void>
}

export class DynoMemory {
  readonly #settings: DynoMemorySettings
  #input: SizingInput
  #sized: SizedApp[]
  #budget: Budget
  /** Apps whose number is the runtime's, and the most that their CPUs hold. */
  readonly #most: Map<App, number>

  /** `input` as it was measured at the start, `sized` what was decided by it. */
  constructor(settings: DynoMemorySettings, input: SizingInput, sized: SizedApp[]) {
    this.#settings = settings
    this.#input = input
    this.#sized = sized
    this.#budget = divide(input, sized)
    this.#most = new Map(
      settings.apps.flatMap((app) => {
        const most = this.#mostOf(app)
        return most === undefined ? [] : [[app, most] as const]
      }),
    )
  }

  get budget(): Budget {
    return this.#budget
  }

  /** From now on all are held to what the dyno has. */
  watch(): void {
    const { source, instances, scaling, room, isReloading, reload } = this.#settings
    const most = this.#most
    const memory = new MemoryWatch({
      instances,
      memory: this.#input.memory,
      free: forInstances(this.#input),
      budget: () => this.#budget,
      hasSpare: (app) => most.has(app) && scaling.count(app) > 1,
      isSizing: () => room() !== undefined,
      reload,
    })
    const onChange = (app: App, count: number, size: number) => {
      this.#learn(app, count, size)
      memory.forget(app)
    }
    new SizingWatch({
      source,
      instances,
      scaling,
      most,
      room,
      isReloading,
      isGivenUp: (app) => memory.hasGivenUp(app),
      onFull: () => memory.look(),
      onChange,
    })
  }

  /** After a person has scaled an app: from then on its number is the person's. */
  recount(): void {
    const { apps, scaling } = this.#settings
    for (const app of apps) {
      const count = scaling.count(app)
      if (count === this.#sized.find(({ name }) => name === app.name)?.instances) continue
      this.#most.delete(app)
      this.#sized = this.#sized.map((one) =>
        one.name === app.name ? { ...one, instances: count } : one,
      )
    }
    if (this.#sized.some(({ instances }) => instances > 0))
      this.#budget = divide(this.#input, this.#sized)
  }

  #mostOf(app: App): number | undefined {
    const one = this.#input.apps.find(({ name }) => name === app.name)
    return one && mostInstances(one, this.#input)
  }

  #learn(app: App, instances: number, learned: number): void {
    this.#input = {
      ...this.#input,
      apps: this.#input.apps.map((one) => (one.name === app.name ? { ...one, learned } : one)),
    }
    this.#sized = this.#sized.map((one) => (one.name === app.name ? { ...one, instances } : one))
    this.#budget = divide(this.#input, this.#sized)
  }
}
