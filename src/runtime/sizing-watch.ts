/**
 * Measures the instances once a second while they serve, and corrects their number by what it sees.
 */
import { monotonic } from '../lib/monotonic.js'
import type { App } from './app.js'
import { reported, type Instance, type Instances } from './instances.js'
import { dynoOutput } from './outlet.js'
import { eventLine } from './event-line.js'
import { LoadMeter } from './load-meter.js'
import { memoryOf } from './tree.js'
import type { Room, Scaling } from './scaling.js'
import {
  decide,
  isFull,
  type AppSample,
  type Decision,
  type DynoSample,
  type SizingState,
} from './sizing-policy.js'

interface SizingWatchSettings {
  source: string
  instances: Instances
  scaling: Scaling
  /** Apps whose number is the runtime's to choose, and the most that their CPUs hold. */
  most: Map<App, number>
  room(): Room | undefined
  isReloading(): boolean
  isGivenUp(app: App): boolean
  /** Reloads one that leaks, if there is one. */
  onFull(): Promise<void>
  /** The number of an app's instances has changed; `size`: MB that its largest takes. */
  onChange(app: App, count: number, size: number): void
}

const EVERY = 1000

export class SizingWatch {
  readonly #settings: SizingWatchSettings
  readonly #meter = new LoadMeter()
  #state: SizingState = {}
  #isAtWork = false

  constructor(settings: SizingWatchSettings) {
    this.#settings = settings
    if (settings.most.size > 0) setInterval(() => void this.#look(), EVERY).unref()
  }

  async #look(): Promise<void> {
    const room = this.#settings.room()
    if (this.#isAtWork || this.#settings.isReloading() || !room) return
    this.#isAtWork = true
    try {
      const sample = this.#sample(room)
      const { state, decision } = decide(this.#state, sample)
      this.#state = state
      if (decision) await this.#apply(decision)
      else if (isFull(sample)) await this.#settings.onFull()
    } finally {
      this.#isAtWork = false
    }
  }

  async #apply({ app: name, change, why }: Decision): Promise<void> {
    const { scaling, source, most, onChange } = this.#settings
    const app = [...most.keys()].find((one) => one.name === name)
    if (!app) return
    const was = scaling.count(app)
    const { next, last } = scaling.indexes(app)
    const size = scaling.sizeOf(app)
    dynoOutput.out.write(
      eventLine({ source, app: name, instance: change === 1 ? next : last }, 'scale', {
        instances: was + change,
        was,
        why,
      }),
    )
    await (change === 1 ? scaling.add(app) : scaling.remove(app))
    onChange(app, scaling.count(app), size)
  }

  #sample({ memory, overhead }: Room): DynoSample {
    const all = this.#settings.instances.all
    const apps = [...new Set(all.map((one) => one.app))]
    return {
      at: monotonic(),
      memory,
      overhead,
      apps: apps.map((app) =>
        this.#sampleOf(
          app,
          all.filter((one) => one.app === app),
        ),
      ),
    }
  }

  #sampleOf(app: App, instances: Instance[]): AppSample {
    const { most, scaling, isGivenUp } = this.#settings
    return {
      name: app.name,
      most: most.get(app),
      isGivenUp: isGivenUp(app),
      count: scaling.count(app),
      instances: instances.map((instance) => ({
        memory: memoryOf(instance),
        uptime: monotonic() - instance.startedAt,
        load: this.#meter.load(instance),
        eventLoopP95Ms: instance.lateness,
        activeRequests: reported(instance, 'activeRequests'),
        isServing: instance.isListening && instance.keeper.pm2_env.status === 'online',
      })),
    }
  }
}
