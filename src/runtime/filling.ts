/** Starts an app's instances, one after another: God numbers them by those that there are. */
import type { App } from './app.js'
import type { Exits } from './exits.js'
import type { God } from './god.js'
import type { Instance, Instances } from './instances.js'
import type { SizedApp } from './sizing.js'

interface FillingSettings {
  god: God
  instances: Instances
  exits: Exits
  conf(app: App): Record<string, unknown>
  isStopping(): boolean
}

/** ms between two looks at how far a first instance is. */
const POLL_MS = 25

export class Filling {
  readonly #settings: FillingSettings

  constructor(settings: FillingSettings) {
    this.#settings = settings
  }

  /** Starts one instance more; resolves when God has it online. */
  add(app: App): Promise<void> {
    return new Promise((resolve) => {
      this.#settings.god.prepare({ ...this.#settings.conf(app), instances: 1 }, () => resolve())
    })
  }

  /** Adds to an app's first instance what was decided. */
  async fill(app: App, sized: SizedApp[]): Promise<void> {
    for (
      let have = 1;
      have < numberOf(app, sized).instances && !this.#settings.isStopping();
      have += 1
    )
      await this.add(app)
    this.#settings.exits.filled(app)
  }

  /** Until the app's first instance is as far as is asked, or the app has ended. */
  async untilFirst(app: App, isThere: (instance: Instance) => boolean): Promise<void> {
    const { instances, exits, isStopping } = this.#settings
    while (!isStopping() && !instances.of(app).some(isThere) && !exits.isIdle(app))
      await pause(POLL_MS)
  }
}

export function numberOf(app: App, sized: SizedApp[]): SizedApp {
  return sized.find((one) => one.name === app.name) as SizedApp
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
