import type { App } from '../app.js'
import type { DevInstance } from '../dev-protocol.js'
import type { God, Keeper } from '../god.js'
import type { Instance, Instances } from '../instances.js'
import { monotonic } from '../../lib/monotonic.js'
import { indexOf, matching, nameOf, notFound } from './select.js'

interface Roster {
  apps: App[]
  /** The file that was started. */
  file: string | undefined
  god: God
  instances: Instances
}

/** PM2's words for what runs or is about to, and for what does not run until it is started. */
export const LIVING = ['online', 'launching']
export const OVER = ['stopped', 'errored']

/** The instances of a `shipit dev`, by PM2's ids and names, with the apps that have none yet. */
export class KeptInstances {
  readonly #roster: Roster
  /** Apps that a person has deleted: they are in no list. */
  readonly deleted = new Set<App>()

  constructor(roster: Roster) {
    this.#roster = roster
  }

  list(): DevInstance[] {
    const rows = this.keepers.map((keeper) => rowOf(keeper, this.living(keeper)))
    const waiting = this.#roster.apps.filter(
      (app) =>
        !this.deleted.has(app) &&
        app.options.autostart === false &&
        !rows.some((row) => row.app === app.name),
    )
    const unstarted = waiting.map((app): DevInstance => ({
      pmId: null,
      app: app.name,
      instance: 0,
      mode: app.isCluster ? 'cluster' : 'fork',
      status: 'stopped',
      pid: null,
      restarts: 0,
      uptime: null,
      isWatched: false,
    }))
    return [...rows, ...unstarted].sort(
      (one, other) => (one.pmId ?? Infinity) - (other.pmId ?? Infinity) || 0,
    )
  }

  /** Those that a reload is replacing are left out. */
  get keepers(): Keeper[] {
    return Object.values(this.#roster.god.clusters_db).filter(
      (keeper) => keeper && !String(keeper.pm2_env.pm_id).startsWith('_old_'),
    )
  }

  of(app: App): Keeper[] {
    return this.keepers.filter(({ pm2_env }) => pm2_env.name === app.name)
  }

  /** None is an answer, unlike with `named`. */
  matching(name: string): Keeper[] {
    return matching(this.keepers, name, this.#roster.file)
  }

  /** @throws Refusal if there is none of this name */
  named(name: string): Keeper[] {
    const found = this.matching(name)
    return found.length > 0 ? found : this.notFound(name)
  }

  notFound(name: string): never {
    return notFound(name, [
      ...this.#roster.apps.filter((app) => !this.deleted.has(app)).map((app) => app.name),
      ...this.keepers.map(nameOf),
    ])
  }

  /** The running instance of a keeper. */
  living(keeper: Keeper): Instance | undefined {
    return this.#roster.instances.all.find((instance) => instance.keeper === keeper)
  }
}

function rowOf(keeper: Keeper, instance: Instance | undefined): DevInstance {
  const { pm_id, name, exec_mode, status, restart_time, watch } = keeper.pm2_env
  return {
    pmId: Number(pm_id),
    app: name,
    instance: indexOf(keeper),
    mode: exec_mode === 'cluster_mode' ? 'cluster' : 'fork',
    status,
    pid: instance?.pid ?? null,
    restarts: restart_time,
    uptime: instance ? Math.round((monotonic() - instance.startedAt) / 1000) : null,
    isWatched: Boolean(watch),
  }
}
