/** PM2's verbs on the instances of a `shipit dev`, as God does them. */
import type { DevDone, DevInstance, DevVerb } from '../dev-protocol.js'
import type { App } from '../app.js'
import type { Gate } from '../dashboard/remote.js'
import { scaleTo, targetOf } from '../dashboard/remote.js'
import type { EventLog } from '../event-log.js'
import type { God, Keeper } from '../god.js'
import type { Instances } from '../instances.js'
import type { Reloads } from '../reloading.js'
import type { Scaling } from '../scaling.js'
import { KeptInstances, LIVING, OVER } from './kept-instances.js'
import { nameOf, notFound, Refusal } from './select.js'

export interface OperationSettings {
  apps: App[]
  /** The file that was started. */
  file: string | undefined
  god: God
  instances: Instances
  log: EventLog
  scaling: Scaling
  reloads: Reloads
  gate: Gate
  /** Starts an app of which nothing is left, with as many instances as it begins with. */
  startAnew(app: App): Promise<void>
}

export class Operations {
  readonly #settings: OperationSettings
  /** PM2's ids of what a person has stopped: a changed file does not start it again. */
  readonly #stopped = new Set<Keeper['pm2_env']['pm_id']>()
  readonly #kept: KeptInstances

  constructor(settings: OperationSettings) {
    this.#settings = settings
    this.#kept = new KeptInstances(settings)
    this.#installWatch()
  }

  list(): DevInstance[] {
    return this.#kept.list()
  }

  /** Resolves when it is done. Rejects with a Refusal for what cannot be. */
  async do(verb: DevVerb, name: string): Promise<DevDone> {
    if (verb === 'reload') return this.#reload(name)
    if (verb === 'start') return this.#start(name)
    const keepers = this.#kept.named(name)
    const work = {
      restart: () => this.#restart(keepers),
      stop: () => this.#stop(keepers),
      delete: () => this.#delete(keepers),
    }[verb]
    await this.#settings.scaling.inTurn(work)
    return {
      instances: keepers.map(nameOf),
      ...(verb === 'delete' ? { isOver: this.list().length === 0 } : {}),
    }
  }

  async scale(name: string, number: string): Promise<DevDone> {
    const { apps, gate, instances } = this.#settings
    const app =
      apps.find((one) => one.name === name) ??
      notFound(
        name,
        apps.map((one) => one.name),
      )
    await this.#settled()
    const before = gate.count(name)
    const target = targetOf(number, before)
    if (target === undefined)
      throw new Refusal({
        code: 'usage',
        message: `${number} is not a valid number of instances.`,
        next: `shipit scale ${name} 3, or shipit scale ${name} +1`,
      })
    if (target === before) return { instances: [], app: name, before, after: before }
    if (target === 0 && !gate.hasOthers(name))
      throw new Refusal({
        code: 'refused',
        message: `${name} is the last app that runs.`,
        next: `shipit stop ${name}, or shipit delete ${name}`,
      })
    if (target > before && !app.isCluster && instances.of(app).some((one) => one.isListening)) {
      throw new Refusal({
        code: 'refused',
        message: `${name} runs in fork mode, where two instances cannot listen on one port.`,
        next:
          `Start it in cluster mode: shipit dev ${app.options.script} -i ${target}, or ` +
          `\`instances: ${target}\` in the ecosystem file`,
      })
    }
    this.#kept.deleted.delete(app)
    await scaleTo(gate, name, number, 'another terminal').catch((error: Error) => {
      throw new Refusal({
        code: 'refused',
        message: `${name} is not scaled to ${target} instances: ${error.message}.`,
      })
    })
    const after = this.#kept.keepers.filter(
      ({ pm2_env }) => pm2_env.name === name && !OVER.includes(pm2_env.status),
    )
    return { instances: after.map(nameOf), app: name, before, after: after.length }
  }

  async #restart(keepers: Keeper[]): Promise<void> {
    await Promise.all(keepers.map((keeper) => this.#begin(keeper)))
  }

  async #stop(keepers: Keeper[]): Promise<void> {
    for (const keeper of keepers) {
      this.#stopped.add(keeper.pm2_env.pm_id)
      const instance = this.#kept.living(keeper)
      if (instance) this.#settings.log.say(instance, 'stop', { why: 'asked' })
    }
    await Promise.all(
      keepers.map((keeper) =>
        done((callback) => this.#settings.god.stopProcessId(keeper.pm2_env.pm_id, callback)),
      ),
    )
  }

  async #delete(keepers: Keeper[]): Promise<void> {
    const { god, log, apps } = this.#settings
    for (const keeper of keepers) {
      god.watch.disable(keeper.pm2_env)
      this.#stopped.delete(keeper.pm2_env.pm_id)
      const instance = this.#kept.living(keeper)
      if (!instance) continue
      instance.isRemoved = true
      log.say(instance, 'stop', { why: 'deleted' })
    }
    await Promise.all(
      keepers.map((keeper) =>
        done((callback) => god.deleteProcessId(keeper.pm2_env.pm_id, callback)),
      ),
    )
    for (const app of apps)
      if (
        keepers.some(({ pm2_env }) => pm2_env.name === app.name) &&
        this.#kept.of(app).length === 0
      )
        this.#kept.deleted.add(app)
  }

  async #reload(name: string): Promise<DevDone> {
    const { reloads } = this.#settings
    const named = this.#kept.named(name)
    await this.#settled()
    const running = named
      .filter(({ pm2_env }) => LIVING.includes(pm2_env.status))
      .flatMap((keeper) => this.#kept.living(keeper) ?? [])
    if (running.length === 0)
      throw new Refusal({
        code: 'refused',
        message: `Nothing of ${name} runs.`,
        next: `shipit start ${name}`,
      })
    if (reloads.isRunning)
      throw new Refusal({
        code: 'refused',
        message: 'A reload is running already.',
        next: 'Wait for its end: shipit ps --dev',
      })
    const error = await reloads.reload(running)
    if (error)
      throw new Refusal({
        code: 'refused',
        message: `${name} was not reloaded: ${error instanceof Error ? error.message : String(error)}`,
      })
    return { instances: running.map(({ keeper }) => nameOf(keeper)) }
  }

  /** What runs is left as it is. */
  async #start(name: string): Promise<DevDone> {
    const { apps, scaling, startAnew } = this.#settings
    const known = this.#kept.matching(name)
    const gone = apps.filter(
      (app) =>
        (name === 'all'
          ? app.options.autostart === false && !this.#kept.deleted.has(app)
          : app.name === name) && this.#kept.of(app).length === 0,
    )
    if (known.length === 0 && gone.length === 0) this.#kept.notFound(name)
    const idle = known.filter(
      ({ pm2_env }) => !LIVING.includes(pm2_env.status) && pm2_env.status !== 'stopping',
    )
    await scaling.inTurn(async () => {
      await this.#restart(idle)
      for (const app of gone) await startAnew(app)
    })
    for (const app of gone) this.#kept.deleted.delete(app)
    return { instances: [...idle, ...gone.flatMap((app) => this.#kept.of(app))].map(nameOf) }
  }

  /** Stops it if it runs, and starts it; resolves when PM2 has it online. */
  #begin({ pm2_env, process }: Keeper): Promise<void> {
    const { god } = this.#settings
    const id = Number(pm2_env.pm_id)
    this.#stopped.delete(pm2_env.pm_id)
    if (!LIVING.includes(pm2_env.status) && pm2_env.status !== 'stopping') {
      // PM2 starts none that still has a pid, or is to be started by its own clock.
      clearTimeout(pm2_env.restart_task as NodeJS.Timeout | undefined)
      process.pid = 0
    }
    return done((callback) => god.restartProcessId({ id }, callback))
  }

  /**
   * As PM2 restarts an app by its name when a file has changed, but for instances that a person has
   * stopped.
   */
  #installWatch(): void {
    const { god } = this.#settings
    const isMeant = ({ pm2_env }: Keeper) =>
      !this.#stopped.has(pm2_env.pm_id) &&
      pm2_env.status !== 'stopping' &&
      pm2_env.status !== 'launching'
    const underWay = new Set<string>()
    god.restartProcessName = (name, callback) => {
      // Each instance has a watcher of its own, and all of them see the change.
      if (underWay.has(name)) return callback(null, [])
      underWay.add(name)
      const restart = () =>
        this.#restart(
          this.#kept.keepers.filter((keeper) => keeper.pm2_env.name === name && isMeant(keeper)),
        )
      void this.#settings.scaling
        .inTurn(restart)
        .finally(() => underWay.delete(name))
        .then(() => callback(null, []), callback)
    }
  }

  /**
   * When what is under way is over: an instance that is being restarted is neither running nor
   * gone.
   */
  #settled(): Promise<void> {
    return this.#settings.scaling.inTurn(async () => undefined)
  }
}

/** God's callbacks, of which some say what went wrong by a string. */
function done(work: (callback: (error: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    work((error) => {
      if (!error) return resolve()
      reject(
        new Refusal({
          code: 'refused',
          message: error instanceof Error ? error.message : String(error),
        }),
      )
    })
  })
}
