/** One dyno: starts the apps, adds instances as the dyno holds them, and stops it all on a signal. */
import { rmSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import type { App } from './app.js'
import { bootIdLine, newBootId } from './boot-id.js'
import { openDoor } from './api-door.js'
import { bootLine } from './boot-line.js'
import { heapLimit } from './budget.js'
import { failureCode, patienceOf } from './crash-policy.js'
import type { Dyno } from './dyno.js'
import { DynoMemory } from './dyno-memory.js'
import { eventLine, type EventName } from './event-line.js'
import { crashFault } from './crash-report.js'
import { Exceptions } from './exceptions.js'
import { Exits } from './exits.js'
import { Fault, warn } from './fault.js'
import { loadGod, type God } from './god.js'
import { godConf } from './god-conf.js'
import { homeName, makeHome } from './home.js'
import { forgetProcess, Instances, takeReport, uptimeOf, type Instance } from './instances.js'
import { watchLaunchers } from './launchers.js'
import { Listeners } from './listeners.js'
import { installMonitor, metricsInterval, startMetrics } from './metrics.js'
import { dynoOutput } from './outlet.js'
import { isBound, portWarning, type Listening } from './port-watch.js'
import { reloadAll, type ReloadSettings } from './reloading.js'
import type { ReportMessage } from './preload/report.js'
import { Scaling, type Room } from './scaling.js'
import { AGENT_MEMORY, sizeApps, SUPERVISOR_MEMORY, type AppToSize, type SizedApp, type SizingInput } from './sizing.js'
import { installSpawn, startEarly, type SpawnSettings } from './spawn.js'
import { forgetRestarts, installStop, stopInstance } from './stopping.js'
import { usageOf } from './tree.js'
import { TreeChannel } from './tree-channel.js'
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
/** An app that does not listen (a queue's consumer) counts as started after this. */
const BOOT = 3000
/** How often the supervisor looks whether a first instance is ready to be measured. */
const LOOK = 25

export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #home = homeName()
  readonly #bootId: string | undefined
  readonly #instances = new Instances()
  readonly #exceptions = new Exceptions((instance, fields) => this.#say(instance, 'exception', fields))
  readonly #exits: Exits
  readonly #listening: Listening[] = []
  readonly #listeners = new Listeners()
  readonly #channel = new TreeChannel(
    (mark, pid, report) => {
      const instance = this.#instances.withMark(mark)
      if (instance && takeReport(instance, report, pid)) this.#onReport(instance, report)
    },
    (mark, pid) => {
      const instance = this.#instances.withMark(mark)
      if (instance) forgetProcess(instance, pid)
    },
  )
  readonly #god: God
  #memory: DynoMemory | undefined
  #dashboard: { stop(): void } | undefined
  #isStopping = false
  #isReloading = false
  readonly #scaling: Scaling

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#bootId = options.dyno.isDyno ? newBootId() : undefined
    if (this.#bootId) dynoOutput.out.write(bootIdLine(options.dyno.name, this.#bootId))
    if (options.keys) makeHome(this.#home)
    else openDoor(this.#home)
    process.once('exit', () => this.#cleanUp())
    this.#exits = this.#makeExits()
    const interval = metricsInterval(options.env.SHIPIT_METRICS)
    const settings = this.#spawnSettings(interval)
    const [first] = options.apps
    // Before there is an instance: a supervisor that dies of a signal would leave it behind.
    for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => void this.stop(name))
    if (options.dyno.isDyno) watchLaunchers(() => void this.stop('SIGTERM'))
    process.on('SIGUSR2', () => void this.#reload(this.#instances.all))
    for (const outlet of [dynoOutput.out, dynoOutput.err]) outlet.onBroken = ({ code, message }) => this.#give(new Fault('the log cannot be written any more', code === 'EPIPE' ? 'its reader has gone' : message))
    const early = first && startEarly(first, this.#conf(first), settings)
    this.#god = loadGod({ home: this.#home, withWatch: options.isWatched, withCron: options.apps.some((app) => app.options.cron_restart !== undefined), withGit: options.env.PM2_ENABLE_GIT_PARSING === 'true' })
    installSpawn(this.#god, settings, early)
    this.#god.bus.on('process:event', (packet: GodEvent) => this.#onGodEvent(packet))
    installStop(this.#god, this.#instances)
    const stop = () => void this.stop('SIGTERM')
    this.#god.notifyKillPM2 = function () {
      stop()
    }
    installMonitor(this.#god, this.#instances)
    this.#scaling = new Scaling({
      god: this.#god,
      instances: this.#instances,
      start: (app) => this.#add(app),
      room: () => this.#room(),
      isStopping: () => this.#isStopping,
      onRemove: (instance) => this.#say(instance, 'stop', { why: 'scale' }),
    })
    startMetrics(this.#instances, options.dyno.name, interval, (app) => this.#memory?.budget.shares.get(app))
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
      heap: this.#heap,
      prefixes: apps.length > 1,
      channel: this.#channel,
      isStopping: () => this.#isStopping,
      bootId: this.#bootId,
      onStart: (instance) => {
        this.#exits.started(instance)
        this.#say(instance, 'start', { pid: instance.pid })
      },
      onReport: (instance, report) => this.#onReport(instance, report),
      onMessage: (instance, message) => this.#exceptions.takeMessage(instance, message),
      onExit: (instance, code, signal) => this.#onExit(instance, code, signal),
      onSpawnError: (app, error) => this.#give(new Fault(`${app.name} could not be started: ${error.message}`)),
    }
  }

  /** Processes that share a port, such as the workers of the app's own cluster, are one line. */
  #onReport(instance: Instance, { shipit, port, exception }: ReportMessage): void {
    if (exception) this.#exceptions.take(instance, { ...exception, isUncaught: true })
    if (shipit !== 'listening' || (port !== undefined && instance.ports.has(port))) return
    this.#say(instance, 'listening', { port })
    if (port === undefined) return
    instance.ports.add(port)
    this.#listening.push({ app: instance.app.name, port })
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
      onAllEnded: (code) => void (this.#isStopping || this.#exit(code)),
    })
  }

  /** Starts every app; returns when all instances that the dyno holds were started. */
  async run(): Promise<void> {
    const estimate = await this.#start()
    // What bin/shipit-runtime.js forbade while the runtime was loaded.
    setFlagsFromString('--opt')
    if (!this.#isStopping && (estimate.some((one) => one.isEstimate) || this.#options.dyno.isMemoryStated)) await this.#settle(estimate)
  }

  /** Starts the first instance of every app, and the others where their number needs no measurement. */
  async #start(): Promise<SizedApp[]> {
    const { apps, keys, env, dyno } = this.#options
    setTimeout(() => void this.#lookAtPort(), patienceOf(env.SHIPIT_PATIENCE)).unref()
    const estimate = sizeApps(this.#toSize())
    if (!estimate.some((one) => one.isEstimate) && !dyno.isMemoryStated) this.#announce(estimate)
    const served = Promise.all(
      apps.map(async (app) => {
        await this.#add(app)
        await this.#untilServing(app)
        if (!numberOf(app, estimate).isEstimate) await this.#fill(app, estimate)
      }),
    )
    // After the first instance is God's: nothing may come between.
    if (keys) await this.#startDashboard(keys)
    await served
    return estimate
  }

  async #startDashboard(keys: Keys): Promise<void> {
    const { apps, lib, env } = this.#options
    const { makeGate, startDashboard } = await import('./dashboard/index.js')
    const settings = { apps, instances: this.#instances, exits: this.#exits, scaling: this.#scaling, rebudget: () => this.#memory?.recount(), isStopping: () => this.#isStopping }
    const gate = makeGate(settings)
    this.#dashboard = startDashboard({ keys, home: this.#home, lib, env, god: this.#god, gate })
  }

  /** Measures the first instances, decides by that, and from then on holds all to what the dyno has. */
  async #settle(estimate: SizedApp[]): Promise<void> {
    await pause(SETTLE)
    const { apps, dyno } = this.#options
    if (this.#isStopping) return
    const measured = this.#toSize(true)
    const sized = sizeApps(measured)
    if (dyno.isMemoryStated) this.#memory = this.#memoryOf(measured, sized)
    this.#announce(sized)
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
      room: () => this.#room(),
      isReloading: () => this.#isReloading,
      reload: (instance: Instance) => this.#reload([instance]),
    }
    return new DynoMemory(settings, measured, sized)
  }

  /** Adds to an app's first instance what was decided. One after another: God numbers them by those that there are. */
  async #fill(app: App, sized: SizedApp[]): Promise<void> {
    for (let have = 1; have < numberOf(app, sized).instances && !this.#isStopping; have += 1) await this.#add(app)
    this.#exits.filled(app)
  }

  /** Stops all instances at once, then the process with code 0: a stop that was asked for is no failure. */
  async stop(signal: NodeJS.Signals): Promise<void> {
    if (this.#isStopping) return
    for (const instance of this.#instances.all) this.#say(instance, 'stop', { signal })
    await this.#stopAll()
    await this.#exit(0)
  }

  get #reloadSettings(): ReloadSettings {
    const scaling = this.#scaling
    return { god: this.#god, instances: this.#instances, hasRoom: ({ app }) => scaling.hasRoomBeside(app), isStopping: () => this.#isStopping }
  }

  /** Replaces instances one after another. A second wish meanwhile says nothing new. */
  async #reload(instances: Instance[]): Promise<void> {
    if (this.#isStopping || this.#isReloading) return
    this.#isReloading = true
    let error: unknown
    await this.#scaling.inTurn(async () => void (error = await reloadAll(this.#reloadSettings, instances)))
    this.#isReloading = false
    if (error && !this.#isStopping) warn(`the reload was not finished: ${error instanceof Error ? error.message : String(error)}`)
  }

  #toSize(isMeasured = false): SizingInput {
    const { apps, dyno, env, keys } = this.#options
    return {
      memory: dyno.memory,
      cpus: dyno.cpus,
      hasAgent: keys !== undefined,
      env,
      apps: apps.map((app) => ({ ...toSize(app), measured: isMeasured ? this.#measure(app) : undefined })),
    }
  }

  /** What instances have to get by with; undefined where nothing states the dyno's memory. */
  #room(): Room | undefined {
    const { dyno, keys } = this.#options
    if (!dyno.isMemoryStated) return undefined
    const own = Math.max(SUPERVISOR_MEMORY, process.memoryUsage.rss() / 2 ** 20)
    return { memory: dyno.memory, overhead: own + (keys ? AGENT_MEMORY : 0) }
  }

  #measure(app: App): number | undefined {
    const first = this.#instances.of(app)[0]
    return first && usageOf(first)?.rss
  }

  #announce(sized: SizedApp[]): void {
    const { apps, dyno } = this.#options
    dynoOutput.out.write(bootLine(apps, sized, dyno, this.#memory?.budget, this.#heap))
  }

  /** V8's limit for instances, in MB; undefined where nothing states the dyno's memory. */
  get #heap(): number | undefined {
    const { dyno, keys } = this.#options
    return dyno.isMemoryStated ? heapLimit({ memory: dyno.memory, hasAgent: keys !== undefined }) : undefined
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

  async #untilServing(app: App): Promise<void> {
    const isServing = () => this.#instances.of(app).some((instance) => instance.isListening || uptimeOf(instance) >= BOOT)
    while (!this.#isStopping && !isServing() && !this.#exits.isIdle(app)) await pause(LOOK)
  }

  /** `online` is PM2's word: started, or with wait_ready, having said `ready`. */
  #onGodEvent({ event, process: { pm_id } }: GodEvent): void {
    if (event !== 'online' || this.#isStopping) return
    const instance = this.#instances.all.find((one) => one.keeper.pm2_env.pm_id === pm_id)
    if (instance) this.#say(instance, 'online', { pid: instance.pid })
  }

  #onExit(instance: Instance, code: number | null, signal: string | null): void {
    const env = instance.keeper.pm2_env
    this.#exceptions.close(instance)
    if (this.#isStopping) return
    if (instance.wasAsked) return void this.#say(instance, 'exit', { code: code ?? undefined, signal: signal ?? undefined, restarts: env.restart_time, asked: 'yes', removed: instance.isRemoved ? 'yes' : undefined })
    const isRestarted = env.restart_task !== undefined
    this.#say(instance, 'exit', {
      code: code ?? undefined,
      signal: signal ?? undefined,
      restarts: env.restart_time,
      backoff: isRestarted ? `${env.prev_restart_delay || env.restart_delay || 0}ms` : undefined,
    })
    if (isRestarted) this.#exits.judgeRestarted(instance, code, signal)
    else this.#exits.judgeEnded(instance, code, signal)
  }

  /** Ends the process when what was printed is out. In a stop there is a limit to that; an end of its own waits for a slow reader as any program does. */
  async #exit(code: number): Promise<void> {
    await this.#instances.silence()
    await Promise.all([dynoOutput.out.emptied(), dynoOutput.err.emptied()])
    process.exit(code)
  }

  /** Ends the dyno for an app that cannot stay up, with its last words repeated above the reason. */
  #crash(instance: Instance, code: number | null, why: string, next?: string): void {
    this.#say(instance, 'crash', { code: failureCode(code) })
    const { lines } = instance.tail
    for (const line of lines) dynoOutput.err.write(`${line}\n`)
    this.#give(crashFault({ app: instance.app.name, isDyno: this.#options.dyno.isDyno, lines, hasPrinted: instance.hasPrinted, code, why, next }))
  }

  #give(fault: Fault): void {
    if (this.#isStopping) return
    dynoOutput.err.write(fault.toString())
    void this.#stopAll().then(() => this.#exit(fault.exitCode))
  }

  /** Instances that share a port go on serving until the supervisor has closed it. */
  async #stopAll(): Promise<void> {
    this.#isStopping = true
    forgetRestarts(this.#god)
    for (const outlet of [dynoOutput.out, dynoOutput.err]) outlet.hurry()
    const begun = Date.now()
    const closed = this.#listeners.close()
    await Promise.all(
      this.#instances.all.map(async (instance) => {
        instance.keeper.pm2_env.status = 'stopping'
        if (instance.app.isCluster) await closed
        await stopInstance(instance, Math.max(0, instance.app.killTimeout - (Date.now() - begun)))
        await instance.silence
      }),
    )
  }

  async #lookAtPort(): Promise<void> {
    const { dyno, env } = this.#options
    const warning = portWarning(dyno.name, env.PORT, this.#listening)
    if (warning && !this.#isStopping && !(await isBound(Number(env.PORT)))) warn(warning)
  }

  #say(instance: Instance, event: EventName, fields: Record<string, string | number | undefined>): void {
    const name = { source: this.#options.dyno.name, app: instance.app.name, instance: instance.index }
    dynoOutput.out.write(eventLine(name, event, fields))
  }

  #cleanUp(): void {
    this.#dashboard?.stop()
    rmSync(this.#home, { recursive: true, force: true })
  }
}

function numberOf(app: App, sized: SizedApp[]): SizedApp {
  return sized.find((one) => one.name === app.name) as SizedApp
}

function toSize(app: App): AppToSize {
  return { name: app.name, wanted: app.wanted, isCluster: app.isCluster, ceiling: app.maxMemory === undefined ? undefined : app.maxMemory / 2 ** 20 }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
