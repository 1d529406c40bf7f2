/**
 * One dyno: starts the apps, adds instances as the dyno holds them, and stops it all on a signal.
 */
import { rmSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import type { App } from './app.js'
import { bootIdLine, newBootId } from './boot-id.js'
import { openDoor } from './api-door.js'
import { patienceOf } from './crash-policy.js'
import type { OwnDyno } from './dyno.js'
import { DynoEnd } from './dyno-end.js'
import { DynoSize } from './dyno-size.js'
import type { DevSettings } from './dev-settings.js'
import { openDoors } from './doors.js'
import { EventLog } from './event-log.js'
import type { LineLog } from './control/line-log.js'
import { crashError } from './crash-report.js'
import { Exits } from './exits.js'
import { RuntimeError } from './runtime-error.js'
import { Filling } from './filling.js'
import { FirstInstances, isStartedAtOnce } from './first-instances.js'
import { loadGod, type God } from './god.js'
import { godConf } from './god-conf.js'
import { homeName, makeHome } from './home.js'
import { Instances, type Instance } from './instances.js'
import { installMonitor, metricsInterval, printIfRead, startMetrics } from './metrics.js'
import { dynoOutput } from './outlet.js'
import { Reloads } from './reloading.js'
import { Reports } from './reports.js'
import { Scaling } from './scaling.js'
import { installSpawn, startEarly, type SpawnSettings } from './spawn.js'
import { installStop } from './stopping.js'
import type { Keys } from './dashboard/keys.js'

interface SupervisorOptions {
  apps: App[]
  dyno: OwnDyno
  env: Record<string, string>
  keys: Keys | undefined
  lib: string
  isWatched: boolean
  /** What `shipit dev` says; undefined in a dyno. */
  dev: DevSettings | undefined
  /** What is printed, kept for other terminals; undefined in a dyno. */
  lines: LineLog | undefined
}

interface GodEvent {
  event: string
  process: { pm_id: number | string }
}

/** ms between figures that other terminals ask for; the screen of `shipit dev` itself has none. */
const DEV_FIGURES = 2000

export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #home = homeName()
  readonly #bootId: string | undefined
  readonly #instances = new Instances()
  readonly #log: EventLog
  readonly #reports: Reports
  readonly #exits: Exits
  readonly #end: DynoEnd
  readonly #god: God
  readonly #size: DynoSize
  readonly #scaling: Scaling
  readonly #filling: Filling
  readonly #reloads: Reloads
  readonly #first: FirstInstances
  #dashboard: { stop(): void } | undefined

  constructor(options: SupervisorOptions) {
    const { apps, dyno, env, keys, dev, lines } = options
    this.#options = options
    this.#bootId = dyno.isDyno ? newBootId() : undefined
    if (this.#bootId) dynoOutput.out.write(bootIdLine(dyno.name, this.#bootId))
    if (keys) makeHome(this.#home)
    else openDoor(this.#home)
    process.once('exit', () => this.#cleanUp())
    this.#log = new EventLog(dyno.name)
    this.#reports = new Reports(this.#instances, this.#log)
    this.#size = new DynoSize({
      apps,
      dyno,
      env,
      hasAgent: keys !== undefined,
      instances: this.#instances,
    })
    this.#end = new DynoEnd({
      instances: this.#instances,
      god: () => this.#god,
      onStop: (instance, signal) => this.#log.say(instance, 'stop', { signal }),
    })
    this.#exits = this.#makeExits()
    const printed = metricsInterval(env.SHIPIT_METRICS)
    const interval = printed || (dev ? DEV_FIGURES : 0)
    this.#end.listen(dyno.isDyno)
    process.on('SIGUSR2', () => void this.#reloads.reload(this.#instances.all))
    this.#god = this.#startGod(this.#spawnSettings(interval))
    this.#filling = new Filling({
      god: this.#god,
      instances: this.#instances,
      exits: this.#exits,
      conf: (app) => this.#conf(app),
      isStopping: () => this.#end.hasBegun,
    })
    this.#scaling = this.#makeScaling()
    this.#reloads = this.#makeReloads()
    this.#first = new FirstInstances({
      apps,
      dyno,
      env,
      instances: this.#instances,
      reports: this.#reports,
      end: this.#end,
      size: this.#size,
      scaling: this.#scaling,
      filling: this.#filling,
      reloads: this.#reloads,
      openDoors: (startAnew) => this.#openDoors(startAnew),
    })
    startMetrics(
      this.#instances,
      dyno.name,
      interval,
      (app) => this.#first.memory?.budget.shares.get(app),
      (line) => {
        lines?.figures(line)
        if (printed > 0) printIfRead(line)
      },
    )
  }

  /** Loads God while the first app's first instance boots. */
  #startGod(settings: SpawnSettings): God {
    const { apps, env, keys, isWatched } = this.#options
    const [first] = apps.filter(isStartedAtOnce)
    const early = first && startEarly(first, this.#conf(first), settings)
    const withCron = apps.some((app) => app.options.cron_restart !== undefined)
    const withGit = env.PM2_ENABLE_GIT_PARSING === 'true'
    const god = loadGod({
      home: this.#home,
      withWatch: isWatched,
      withCron,
      withGit,
      withDashboard: keys !== undefined,
    })
    installSpawn(god, settings, early)
    god.bus.on('process:event', (packet: GodEvent) => this.#onGodEvent(packet))
    installStop(god, this.#instances)
    const stop = () => void this.#end.stop('SIGTERM')
    god.notifyKillPM2 = function () {
      stop()
    }
    installMonitor(god, this.#instances)
    return god
  }

  #makeScaling(): Scaling {
    return new Scaling({
      god: this.#god,
      instances: this.#instances,
      start: (app) => this.#filling.add(app),
      room: () => this.#size.room(),
      isStopping: () => this.#end.hasBegun,
      onRemove: (instance) => this.#log.say(instance, 'stop', { why: 'scale' }),
    })
  }

  #makeReloads(): Reloads {
    const scaling = this.#scaling
    const settings = {
      god: this.#god,
      instances: this.#instances,
      hasRoom: ({ app }: Instance) => scaling.hasRoomBeside(app),
      isStopping: () => this.#end.hasBegun,
    }
    return new Reloads(settings, (work) => scaling.inTurn(work))
  }

  #spawnSettings(interval: number): SpawnSettings {
    const { apps, lib, keys, lines } = this.#options
    return {
      apps,
      instances: this.#instances,
      lib,
      home: this.#home,
      reportEvery: Math.min(interval, 5000),
      // With PM2's own metrics, 3 MB an instance.
      hasDashboard: keys !== undefined,
      lines,
      heap: this.#size.heap,
      prefixes: apps.length > 1,
      channel: this.#reports.channel,
      isStopping: () => this.#end.hasBegun,
      bootId: this.#bootId,
      onStart: (instance) => {
        this.#exits.started(instance)
        this.#log.say(instance, 'start', { pid: instance.pid })
      },
      onReport: (instance, report) => this.#reports.take(instance, report),
      onMessage: (instance, message) => this.#reports.takeMessage(instance, message),
      onExit: (instance, code, signal) => this.#onExit(instance, code, signal),
      onSpawnError: (app, error) =>
        this.#end.fail(new RuntimeError(`${app.name} could not be started: ${error.message}`)),
    }
  }

  #makeExits(): Exits {
    const { apps, env, dyno, isWatched } = this.#options
    return new Exits({
      apps,
      instances: this.#instances,
      kept: (app) =>
        Object.values(this.#god.clusters_db).filter((keeper) => keeper?.pm2_env.name === app.name),
      patience: patienceOf(env.SHIPIT_PATIENCE),
      isMended: isWatched && !dyno.isDyno,
      onCrash: (instance, code, why, next) => this.#crash(instance, code, why, next),
      onAllEnded: (code) => this.#end.finish(code),
    })
  }

  /** Starts every app; returns when all instances that the dyno holds were started. */
  async run(): Promise<void> {
    const { estimate, isMeasured } = await this.#first.start()
    // What bin/shipit-runtime.js forbade while the runtime was loaded.
    for (const flag of ['--opt', '--sparkplug']) setFlagsFromString(flag)
    if (!this.#end.hasBegun && isMeasured) await this.#first.settle(estimate)
  }

  async #openDoors(startAnew: (app: App) => Promise<void>): Promise<void> {
    const settings = {
      ...this.#options,
      instances: this.#instances,
      exits: this.#exits,
      scaling: this.#scaling,
      reloads: this.#reloads,
      log: this.#log,
      god: this.#god,
      home: this.#home,
      rebudget: () => this.#first.memory?.recount(),
      isStopping: () => this.#end.hasBegun,
      startAnew,
    }
    this.#dashboard = await openDoors(settings)
  }

  #conf(app: App): Record<string, unknown> {
    return godConf(app, this.#home, this.#options.isWatched)
  }

  /** `online` is PM2's word: started, or with wait_ready, having said `ready`. */
  #onGodEvent({ event, process: { pm_id } }: GodEvent): void {
    if (event !== 'online' || this.#end.hasBegun) return
    const instance = this.#instances.all.find((one) => one.keeper.pm2_env.pm_id === pm_id)
    if (instance) this.#log.say(instance, 'online', { pid: instance.pid })
  }

  #onExit(instance: Instance, code: number | null, signal: string | null): void {
    this.#reports.close(instance)
    if (this.#end.hasBegun) return
    this.#log.sayExit(instance, code, signal)
    if (instance.wasAsked) return
    if (instance.keeper.pm2_env.restart_task !== undefined)
      this.#exits.judgeRestarted(instance, code, signal)
    else this.#exits.judgeEnded(instance, code, signal)
  }

  /**
   * Ends the dyno for an app that cannot stay up, with its last words repeated above the reason.
   */
  #crash(instance: Instance, code: number | null, why: string, next?: string): void {
    this.#log.sayCrash(instance, code)
    const { app, hasPrinted } = instance
    this.#end.fail(
      crashError({
        app: app.name,
        isDyno: this.#options.dyno.isDyno,
        lines: instance.tail.lines,
        hasPrinted,
        code,
        why,
        next,
      }),
    )
  }

  #cleanUp(): void {
    this.#dashboard?.stop()
    rmSync(this.#home, { recursive: true, force: true })
  }
}
