/**
 * A dyno's start: the first instance of every app, then, by what these take, as many as the dyno
 * holds.
 */
import type { App } from './app.js'
import { patienceOf } from './crash-policy.js'
import type { OwnDyno } from './dyno.js'
import type { DynoEnd } from './dyno-end.js'
import { DynoMemory } from './dyno-memory.js'
import type { DynoSize } from './dyno-size.js'
import { numberOf, pause, type Filling } from './filling.js'
import { isStarted, Rest } from './first-start.js'
import type { Instance, Instances } from './instances.js'
import type { Reloads } from './reloading.js'
import type { Reports } from './reports.js'
import type { Scaling } from './scaling.js'
import { sizeApps, type SizedApp, type SizingInput } from './sizing.js'

interface StartSettings {
  apps: App[]
  dyno: OwnDyno
  env: Record<string, string>
  instances: Instances
  reports: Reports
  end: DynoEnd
  size: DynoSize
  scaling: Scaling
  filling: Filling
  reloads: Reloads
  /** To be called once the first instances are God's: nothing may come between. */
  openDoors(startAnew: (app: App) => Promise<void>): Promise<void>
}

/** The first instance is measured this long after it began to serve, when its start is over. */
const SETTLE = 1000

export class FirstInstances {
  /** What holds the apps to the dyno's memory; undefined until they are measured. */
  memory: DynoMemory | undefined
  readonly #settings: StartSettings

  constructor(settings: StartSettings) {
    this.#settings = settings
  }

  /**
   * Starts the first instance of every app, and the others where their number needs no measurement.
   */
  async start(): Promise<{ estimate: SizedApp[]; isMeasured: boolean }> {
    const { apps, env, dyno, size, filling, reports, end, openDoors } = this.#settings
    setTimeout(
      () => void reports.warnUnlessBound(dyno.name, env.PORT, () => end.hasBegun),
      patienceOf(env.SHIPIT_PATIENCE),
    ).unref()
    const estimate = sizeApps(size.input())
    const isMeasured = dyno.isMemoryStated || estimate.some((one) => one.isEstimate)
    if (!isMeasured) size.announce(estimate)
    const served = Promise.all(
      apps.filter(isStartedAtOnce).map(async (app) => {
        await filling.add(app)
        const { isEstimate, instances } = numberOf(app, estimate)
        const rest = new Rest()
        if (!isEstimate) {
          await filling.untilFirst(app, (instance) =>
            instances > 1 ? rest.isReached(instance) : isStarted(instance),
          )
          await filling.fill(app, estimate)
        }
        if (isMeasured) await filling.untilFirst(app, isStarted)
      }),
    )
    await openDoors((app) => filling.add(app).then(() => filling.fill(app, estimate)))
    await served
    return { estimate, isMeasured }
  }

  /**
   * Measures the first instances, decides by that, and from then on holds all to what the dyno has.
   */
  async settle(estimate: SizedApp[]): Promise<void> {
    await pause(SETTLE)
    const { apps, dyno, size, filling, end } = this.#settings
    if (end.hasBegun) return
    const measured = size.input(true)
    const sized = sizeApps(measured)
    if (dyno.isMemoryStated) this.memory = this.#memoryOf(measured, sized)
    size.announce(sized, this.memory?.budget)
    await Promise.all(
      apps
        .filter((app) => numberOf(app, estimate).isEstimate)
        .map((app) => filling.fill(app, sized)),
    )
    this.memory?.watch()
  }

  #memoryOf(measured: SizingInput, sized: SizedApp[]): DynoMemory {
    const { apps, dyno, instances, scaling, size, reloads } = this.#settings
    const settings = {
      apps,
      source: dyno.name,
      instances,
      scaling,
      room: () => size.room(),
      isReloading: () => reloads.isRunning,
      reload: async (instance: Instance) => void (await reloads.reload([instance])),
    }
    return new DynoMemory(settings, measured, sized)
  }
}

/** One that is not has to be started by somebody: `shipit start`, where `shipit dev` runs. */
export function isStartedAtOnce({ options }: App): boolean {
  return options.autostart !== false
}
