/**
 * Instances more and fewer while the dyno runs: for the dyno's own sizing, and for whoever asks
 * from outside. Memory is in MB.
 */
import type { App } from './app.js'
import type { God, Keeper } from './god.js'
import type { Instance, Instances } from './instances.js'
import { memoryOf } from './tree.js'
import { UNMEASURED_INSTANCE } from './sizing.js'

export interface Room {
  /** What the dyno has, and what of it the supervisor and PM2's agent take. */
  memory: number
  overhead: number
}

interface ScalingSettings {
  god: God
  instances: Instances
  /** Starts one instance more; resolves when God has it online. */
  start(app: App): Promise<void>
  /** Undefined if nothing states the dyno's memory. */
  room(): Room | undefined
  isStopping(): boolean
  /** Called before an instance is told to go. */
  onRemove(instance: Instance): void
}

/**
 * Adds and removes instances, one after another and never beside a reload: `inTurn` keeps the
 * order.
 */
export class Scaling {
  readonly #settings: ScalingSettings
  #last: Promise<unknown> = Promise.resolve()

  constructor(settings: ScalingSettings) {
    this.#settings = settings
  }

  /** The instances that an app has: running, starting, or waiting for their restart. */
  count(app: App): number {
    return this.#keepersOf(app).length
  }

  /**
   * The number that an instance more will have, as God gives it, and that of the one that goes
   * first.
   */
  indexes(app: App): { next: number; last: number } {
    const taken = Object.values(this.#settings.god.clusters_db)
      .filter(({ pm2_env }) => pm2_env.name === app.name)
      .map(numberOf)
    let next = 0
    while (taken.includes(next)) next += 1
    return { next, last: Math.max(0, ...this.#keepersOf(app).map(numberOf)) }
  }

  /** What the app's largest instance takes; an assumption where none runs. */
  sizeOf(app: App): number {
    const sizes = this.#settings.instances.of(app).map(memoryOf)
    return Math.max(...sizes, 0) || UNMEASURED_INSTANCE
  }

  /** Whether the dyno holds one of the app more for the moment of a reload. */
  hasRoomBeside(app: App): boolean {
    const room = this.#settings.room()
    if (!room) return true
    const sizes = (instances: Instance[]) => instances.map(memoryOf)
    const taken = sizes(this.#settings.instances.all).reduce((sum, one) => sum + one, room.overhead)
    return (
      taken + Math.min(...sizes(this.#settings.instances.of(app)), UNMEASURED_INSTANCE) <=
      room.memory
    )
  }

  /**
   * Why `more` instances of the app would not fit into the dyno beside all that it is to hold;
   * undefined if they do, or nothing states its memory.
   */
  refusal(app: App, more = 1): string | undefined {
    const room = this.#settings.room()
    if (!room) return undefined
    const apps = [...new Set([app, ...this.#settings.instances.all.map((one) => one.app)])]
    const planned =
      room.overhead + apps.reduce((sum, one) => sum + this.count(one) * this.sizeOf(one), 0)
    const each = this.sizeOf(app)
    if (planned + more * each <= room.memory) return undefined
    const free = Math.max(0, Math.floor(room.memory - planned))
    return (
      `an instance of ${app.name} takes ${Math.round(each)} MB, and ${free} of the dyno's ` +
      `${room.memory} MB are free`
    )
  }

  /**
   * Starts one instance more; resolves when God has it online. Nothing starts once the dyno stops.
   */
  add(app: App): Promise<void> {
    return this.inTurn(() => this.#settings.start(app))
  }

  /**
   * Takes out the instance with the highest number: it answers what it has under way and ends,
   * which is no crash. Resolves when it has gone.
   */
  remove(app: App): Promise<void> {
    return this.inTurn(async () => {
      const keeper = this.#keepersOf(app).sort((a, b) => numberOf(b) - numberOf(a))[0]
      if (!keeper) return
      const instance = this.#settings.instances.all.find((one) => one.keeper === keeper)
      if (instance) {
        instance.isRemoved = true
        this.#settings.onRemove(instance)
      }
      await new Promise<void>((resolve) =>
        this.#settings.god.deleteProcessId(keeper.pm2_env.pm_id, () => resolve()),
      )
    })
  }

  /** Runs `work` when the change or reload before it is done; not at all once the dyno stops. */
  inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(() => (this.#settings.isStopping() ? undefined : work()))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  #keepersOf(app: App): Keeper[] {
    const living = ['online', 'launching', 'waiting restart']
    return Object.values(this.#settings.god.clusters_db).filter(
      ({ pm2_env: { name, pm_id, status } }) =>
        name === app.name && living.includes(status) && !String(pm_id).startsWith('_old_'),
    )
  }
}

function numberOf({ pm2_env }: Keeper): number {
  return Number(pm2_env[pm2_env.instance_var] ?? 0)
}
