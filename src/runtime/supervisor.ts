/** One dyno: starts the apps, adds instances as the dyno holds them, and stops it all on a signal. */
import { rmSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import type { App } from './app.js'
import { bootIdLine, newBootId } from './boot-id.js'
import { openDoor } from './api-door.js'
import { patienceOf } from './crash-policy.js'
import type { Dyno } from './dyno.js'
import { DynoEnd } from './dyno-end.js'
import { DynoMemory } from './dyno-memory.js'
import { DynoSize } from './dyno-size.js'
import { EventLog } from './event-log.js'
import { crashFault } from './crash-report.js'
import { Exits } from './exits.js'
import { Fault } from './fault.js'
import { isStarted, Rest } from './first-start.js'
import { loadGod, type God } from './god.js'
import { godConf } from './god-conf.js'
import { homeName, makeHome } from './home.js'
import { Instances, type Instance } from './instances.js'
import { watchLaunchers } from './launchers.js'
import { installMonitor, metricsInterval, startMetrics } from './metrics.js'
import { dynoOutput } from './outlet.js'
import { Reloads } from './reloading.js'
import { Reports } from './reports.js'
import { Scaling } from './scaling.js'
import { sizeApps, type SizedApp, type SizingInput } from './sizing.js'
import { installSpawn, startEarly, type SpawnSettings } from './spawn.js'
import { installStop } from './stopping.js'
import type { Keys } from './dashboard/keys.js'

interface SupervisorOptions {
  apps: App[]
  dyno: Dyno
  env: Record<string, string>
  keys: Keys | undefined
  lib: string
  isWatched: boolean
}

interface GodEvent {
  event: string
  process: { pm_id: number | string }
}

/** The first instance is measured this long after it began to serve, when its start is over. */
const SETTLE = 1000
/** How often the supervisor looks how far a first instance is. */
const LOOK = 25

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
  readonly #reloads: Reloads
  #memory: DynoMemory | undefined
  #dashboard: { stop(): void } | undefined

  constructor(options: SupervisorOptions) {
    const { apps, dyno, env, keys } = options
    this.#options = options
    this.#bootId = dyno.isDyno ? newBootId() : undefined
    if (this.#bootId) dynoOutput.out.write(bootIdLine(dyno.name, this.#bootId))
    if (keys) makeHome(this.#home)
    else openDoor(this.#home)
    process.once('exit', () => this.#cleanUp())
    this.#log = new EventLog(dyno.name)
    this.#reports = new Reports(this.#instances, this.#log)
    this.#size = new DynoSize({ apps, dyno, env, hasAgent: keys !== undefined, instances: this.#instances })
    this.#end = new DynoEnd({ instances: this.#instances, god: () => this.#god, onStop: (instance, signal) => this.#log.say(instance, 'stop', { signal }) })
    this.#exits = this.#makeExits()
    const interval = metricsInterval(env.SHIPIT_METRICS)
    this.#listenToSignals()
    this.#god = this.#startGod(this.#spawnSettings(interval))
    this.#scaling = this.#makeScaling()
    this.#reloads = this.#makeReloads()
    startMetrics(this.#instances, dyno.name, interval, (app) => this.#memory?.budget.shares.get(app))
  }

  /** Before there is an instance: a supervisor that dies of a signal would leave it behind. */
  #listenToSignals(): void {
    for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => void this.#end.stop(name))
    if (this.#options.dyno.isDyno) watchLaunchers(() => void this.#end.stop('SIGTERM'))
    process.on('SIGUSR2', () => void this.#reloads.reload(this.#instances.all))
    for (const outlet of [dynoOutput.out, dynoOutput.err]) {
      outlet.onBroken = ({ code, message }) => this.#end.fail(new Fault('the log cannot be written any more', code === 'EPIPE' ? 'its reader has gone' : message))
    }
  }

  /** Loads God while the first app's first instance boots. */
  #startGod(settings: SpawnSettings): God {
    const { apps, env, keys, isWatched } = this.#options
    const [first] = apps
    const early = first && startEarly(first, this.#conf(first), settings)
    const withCron = apps.some((app) => app.options.cron_restart !== undefined)
    const withGit = env.PM2_ENABLE_GIT_PARSING === 'true'
    const god = loadGod({ home: this.#home, withWatch: isWatched, withCron, withGit, withDashboard: keys !== undefined })
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
      start: (app) => this.#add(app),
      room: () => this.#size.room(),
      isStopping: () => this.#end.hasBegun,
      onRemove: (instance) => this.#log.say(instance, 'stop', { why: 'scale' }),
    })
  }

  #makeReloads(): Reloads {
    const scaling = this.#scaling
    const settings = { god: this.#god, instances: this.#instances, hasRoom: ({ app }: Instance) => scaling.hasRoomBeside(app), isStopping: () => this.#end.hasBegun }
    return new Reloads(settings, (work) => scaling.inTurn(work))
  }

  #spawnSettings(interval: number): SpawnSettings {
    const { apps, lib, keys } = this.#options
    return {
      apps,
      instances: this.#instances,
      lib,
      home: this.#home,
      reportEvery: Math.min(interval, 5000),
      // With PM2's own metrics, 3 MB an instance.
      hasDashboard: keys !== undefined,
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
      onSpawnError: (app, error) => this.#end.fail(new Fault(`${app.name} could not be started: ${error.message}`)),
    }
  }

  #makeExits(): Exits {
    const { apps, env, dyno, isWatched } = this.#options
    return new Exits({
      apps,
      instances: this.#instances,
      kept: (app) => Object.values(this.#god.clusters_db).filter((keeper) => keeper?.pm2_env.name === app.name),
      patience: patienceOf(env.SHIPIT_PATIENCE),
      isMended: isWatched && !dyno.isDyno,
      onCrash: (instance, code, why, next) => this.#crash(instance, code, why, next),
      onAllEnded: (code) => this.#end.finish(code),
    })
  }

  /** Starts every app; returns when all instances that the dyno holds were started. */
  async run(): Promise<void> {
    const { estimate, isMeasured } = await this.#start()
    // What bin/shipit-runtime.js forbade while the runtime was loaded.
    for (const flag of ['--opt', '--sparkplug']) setFlagsFromString(flag)
    if (!this.#end.hasBegun && isMeasured) await this.#settle(estimate)
  }

  /** Starts the first instance of every app, and the others where their number needs no measurement. */
  async #start(): Promise<{ estimate: SizedApp[]; isMeasured: boolean }> {
    const { apps, keys, env, dyno } = this.#options
    setTimeout(() => void this.#reports.warnUnlessBound(dyno.name, env.PORT, () => this.#end.hasBegun), patienceOf(env.SHIPIT_PATIENCE)).unref()
    const estimate = sizeApps(this.#size.input())
    const isMeasured = dyno.isMemoryStated || estimate.some((one) => one.isEstimate)
    if (!isMeasured) this.#size.announce(estimate)
    const served = Promise.all(
      apps.map(async (app) => {
        await this.#add(app)
        const { isEstimate, instances } = numberOf(app, estimate)
        const rest = new Rest()
        if (!isEstimate) await this.#untilFirst(app, (instance) => (instances > 1 ? rest.isReached(instance) : isStarted(instance)))
        if (!isEstimate) await this.#fill(app, estimate)
        if (isMeasured) await this.#untilFirst(app, isStarted)
      }),
    )
    // After the first instance is God's: nothing may come between.
    if (keys) await this.#startDashboard(keys)
    await served
    return { estimate, isMeasured }
  }

  async #startDashboard(keys: Keys): Promise<void> {
    const { apps, lib, env } = this.#options
    const { makeGate, startDashboard } = await import('./dashboard/index.js')
    const settings = { apps, instances: this.#instances, exits: this.#exits, scaling: this.#scaling, rebudget: () => this.#memory?.recount(), isStopping: () => this.#end.hasBegun }
    const gate = makeGate(settings)
    this.#dashboard = startDashboard({ keys, home: this.#home, lib, env, god: this.#god, gate })
  }

  /** Measures the first instances, decides by that, and from then on holds all to what the dyno has. */
  async #settle(estimate: SizedApp[]): Promise<void> {
    await pause(SETTLE)
    const { apps, dyno } = this.#options
    if (this.#end.hasBegun) return
    const measured = this.#size.input(true)
    const sized = sizeApps(measured)
    if (dyno.isMemoryStated) this.#memory = this.#memoryOf(measured, sized)
    this.#size.announce(sized, this.#memory?.budget)
    await Promise.all(apps.filter((app) => numberOf(app, estimate).isEstimate).map((app) => this.#fill(app, sized)))
    this.#memory?.watch()
  }

  #memoryOf(measured: SizingInput, sized: SizedApp[]): DynoMemory {
    const { apps, dyno } = this.#options
    const settings = {
      apps,
      source: dyno.name,
      instances: this.#instances,
      scaling: this.#scaling,
      room: () => this.#size.room(),
      isReloading: () => this.#reloads.isRunning,
      reload: (instance: Instance) => this.#reloads.reload([instance]),
    }
    return new DynoMemory(settings, measured, sized)
  }

  /** Adds to an app's first instance what was decided. One after another: God numbers them by those that there are. */
  async #fill(app: App, sized: SizedApp[]): Promise<void> {
    for (let have = 1; have < numberOf(app, sized).instances && !this.#end.hasBegun; have += 1) await this.#add(app)
    this.#exits.filled(app)
  }

  /** Starts one instance more; resolves when God has it online. */
  #add(app: App): Promise<void> {
    return new Promise((resolve) => {
      this.#god.prepare({ ...this.#conf(app), instances: 1 }, () => resolve())
    })
  }

  #conf(app: App): Record<string, unknown> {
    return godConf(app, this.#home, this.#options.isWatched)
  }

  /** Until the app's first instance is as far as is asked, or the app has ended. */
  async #untilFirst(app: App, isThere: (instance: Instance) => boolean): Promise<void> {
    while (!this.#end.hasBegun && !this.#instances.of(app).some(isThere) && !this.#exits.isIdle(app)) await pause(LOOK)
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
    if (instance.keeper.pm2_env.restart_task !== undefined) this.#exits.judgeRestarted(instance, code, signal)
    else this.#exits.judgeEnded(instance, code, signal)
  }

  /** Ends the dyno for an app that cannot stay up, with its last words repeated above the reason. */
  #crash(instance: Instance, code: number | null, why: string, next?: string): void {
    this.#log.sayCrash(instance, code)
    const { app, hasPrinted } = instance
    this.#end.fail(crashFault({ app: app.name, isDyno: this.#options.dyno.isDyno, lines: instance.tail.lines, hasPrinted, code, why, next }))
  }

  #cleanUp(): void {
    this.#dashboard?.stop()
    rmSync(this.#home, { recursive: true, force: true })
  }
}

function numberOf(app: App, sized: SizedApp[]): SizedApp {
  return sized.find((one) => one.name === app.name) as SizedApp
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
