/** What the dyno has, what of it is for instances, and what they take. Memory in MB. */
import type { App } from './app.js'
import { bootLine } from './boot-line.js'
import { heapLimit, type Budget } from './budget.js'
import type { OwnDyno } from './dyno.js'
import type { Instances } from './instances.js'
import { dynoOutput } from './outlet.js'
import type { Room } from './scaling.js'
import {
  AGENT_MEMORY,
  SUPERVISOR_MEMORY,
  type AppToSize,
  type SizedApp,
  type SizingInput,
} from './sizing.js'
import { usageOf } from './tree.js'

interface DynoSizeSettings {
  apps: App[]
  dyno: OwnDyno
  env: Record<string, string>
  /** Whether PM2's dashboard agent runs beside the supervisor. */
  hasAgent: boolean
  instances: Instances
}

export class DynoSize {
  readonly #settings: DynoSizeSettings

  constructor(settings: DynoSizeSettings) {
    this.#settings = settings
  }

  /** V8's limit for instances; undefined if nothing states the dyno's memory. */
  get heap(): number | undefined {
    const { dyno, hasAgent } = this.#settings
    return dyno.isMemoryStated ? heapLimit({ memory: dyno.memory, hasAgent }) : undefined
  }

  /**
   * What the number of instances is decided by; `isMeasured`: with what the first of each app takes
   * now.
   */
  input(isMeasured = false): SizingInput {
    const { apps, dyno, env, hasAgent } = this.#settings
    const { memory, cpus } = dyno
    return {
      memory,
      cpus,
      hasAgent,
      env,
      apps: apps.map((app) => ({
        ...toSize(app),
        measured: isMeasured ? this.#measure(app) : undefined,
      })),
    }
  }

  /** What instances have to get by with; undefined if nothing states the dyno's memory. */
  room(): Room | undefined {
    const { dyno, hasAgent } = this.#settings
    if (!dyno.isMemoryStated) return undefined
    const own = Math.max(SUPERVISOR_MEMORY, process.memoryUsage.rss() / 2 ** 20)
    return { memory: dyno.memory, overhead: own + (hasAgent ? AGENT_MEMORY : 0) }
  }

  /** Prints what was decided. */
  announce(sized: SizedApp[], budget?: Budget): void {
    const { apps, dyno } = this.#settings
    // On a laptop an app may wait to be started by hand.
    const begun = sized.filter(
      ({ name }) => apps.find((app) => app.name === name)?.options.autostart !== false,
    )
    dynoOutput.out.write(bootLine(apps, begun, dyno, budget, this.heap))
  }

  #measure(app: App): number | undefined {
    const first = this.#settings.instances.of(app)[0]
    return first && usageOf(first)?.rss
  }
}

function toSize(app: App): AppToSize {
  const ceiling = app.maxMemory === undefined ? undefined : app.maxMemory / 2 ** 20
  return { name: app.name, wanted: app.wanted, isCluster: app.isCluster, ceiling }
}
