import { randomUUID } from 'node:crypto'
import path from 'node:path'
import type { DynoRecord, DynoState, Folders, Limits, Logplex, OneOffAttach, Store, WebTarget } from '../types.js'
import { otherPorts, waitUntilBound } from './boot.js'
import { Claims } from './claims.js'
import { makeDisk, removeDisk } from './disk.js'
import { dynoEnvironment } from './environment.js'
import type { Wanted } from './formation.js'
import { listenersOf } from './listeners.js'
import { totalOf } from './memory.js'
import type { Measured, Meter } from './meter.js'
import { metricsLines } from './metrics-lines.js'
import { reservePort } from './ports.js'
import { ProcessGroup, type Attached } from './process-group.js'
import { terminalMaker } from './pseudo-terminal.js'
import { memoryQuota } from './quota.js'
import type { SpareModules } from './spare-modules.js'
import { words } from './words.js'

/** What Heroku reports of a dyno that never had a process. */
const STATUS_UNATTACHED = 128

export interface Services { store: Store; logplex: Logplex; folders: Folders; limits: Limits; spares: SpareModules; meter: Meter }

export interface DynoSpec extends Wanted {
  appId: string
  /** Not of the formation: it ends for good, and ending is no crash. */
  isOneOff?: boolean
  /** Variables for this run alone; they win over config vars. */
  env?: Record<string, string> | undefined
  attach?: OneOffAttach | undefined
  onOutput?: (chunk: Buffer) => void
}

/** One run of one dyno, from its disk to its end. What comes after is the business of its slot. */
export class Dyno {
  readonly id = randomUUID()
  readonly createdAt = new Date()
  upSince: number | undefined
  /** Resolves with the main process's status when all processes are gone and the disk is removed; never rejects. */
  readonly ended: Promise<number>

  private current: DynoState = 'starting'
  private updatedAt = this.createdAt
  private readonly claims = new Claims()
  private readonly stopping = new AbortController()
  private stopped: Promise<void> | undefined
  /** Undefined where the dyno ended before it had a process. */
  private readonly launched: Promise<ProcessGroup | undefined>
  private settleLaunch: (group: ProcessGroup | undefined) => void = () => undefined
  private target: { host: WebTarget['host']; port: number } | undefined
  /** 137 where we killed it for R10 or R15: bash may report another status. */
  private forcedStatus: number | undefined

  constructor(readonly spec: DynoSpec, private readonly services: Services, private readonly onChange: () => void) {
    this.launched = new Promise((resolve) => (this.settleLaunch = resolve))
    this.ended = this.run()
  }

  get state(): DynoState {
    return this.current
  }

  record(): DynoRecord {
    const { name, type, command, size, release } = this.spec
    return {
      id: this.id, name, type, command, size, state: this.current, release_id: release.id, release_version: release.version,
      created_at: this.createdAt.toISOString(), updated_at: this.updatedAt.toISOString(),
    }
  }

  /** Where the router may send a request now. */
  webTarget(): WebTarget | undefined {
    if (!this.target || this.current !== 'up' || this.stopping.signal.aborted) return undefined
    return { dyno: this.spec.name, id: this.id, ...this.target, claim: () => this.claims.claim() }
  }

  /**
   * Takes the dyno out of routing at once, ends it with SIGTERM when no request is on its way to it, and with SIGKILL after the grace time.
   * Resolves when all its processes are gone.
   */
  stop(): Promise<void> {
    return (this.stopped ??= this.end('SIGTERM'))
  }

  /** As stop(), for a dyno whose client has gone. */
  private hangUp(): Promise<void> {
    return (this.stopped ??= this.end('SIGHUP'))
  }

  log(message: string): void {
    this.append('heroku', message)
  }

  private append(source: 'app' | 'heroku', message: string): void {
    this.services.logplex.append(this.spec.appId, { time: Date.now(), source, dyno: this.spec.name, message })
  }

  private enter(state: DynoState): void {
    if (this.current === state) return
    this.log(words.state(this.current, state))
    this.current = state
    this.updatedAt = new Date()
    if (state === 'up') {
      this.upSince = Date.now()
      if (!this.spec.isOneOff) this.services.spares.prepare(this.spec.appId, this.spec.slug.modules)
    }
    this.onChange()
  }

  private async run(): Promise<number> {
    const dir = path.join(this.services.folders.dynos, this.id)
    const port = await reservePort().catch((error: unknown) => error as Error)
    let status = 1
    try {
      if (port instanceof Error) throw port
      status = await this.live(dir, port.port)
    } catch (error) {
      this.log(words.notStarted((error as Error).message))
    } finally {
      this.settleLaunch(undefined)
      if (!(port instanceof Error)) port.release()
      await removeDisk(dir).catch((error: Error) => this.log(`Its folder could not be removed: ${error.message}`))
    }
    if (this.stopping.signal.aborted || this.spec.isOneOff) {
      this.current = 'down'
      this.onChange()
    } else {
      this.enter('crashed')
    }
    return status
  }

  private async live(dir: string, port: number): Promise<number> {
    const { spec } = this
    const { appId, slug: { modules } } = spec
    const disk = await makeDisk(dir, spec.slug, await this.services.spares.take(appId, modules))
    const attached = spec.attach && !this.stopping.signal.aborted ? await this.awaitClient(spec.attach) : undefined
    if (this.stopping.signal.aborted) {
      attached?.client.destroy()
      return spec.isOneOff ? this.complete(143) : 143
    }
    if (spec.attach && !attached) {
      this.log(words.attachError)
      return this.complete(STATUS_UNATTACHED)
    }
    this.log(words.starting(spec.command))
    const group = await ProcessGroup.launch({
      disk,
      command: spec.command,
      attached,
      env: dynoEnvironment({
        dyno: spec.name, home: disk.app, tmp: disk.tmp, port, memory: memoryQuota(spec.size, this.services.limits).quota, profileEnv: spec.slug.profile_env,
        configVars: { ...spec.release.config_vars, ...spec.env }, host: process.env, execPath: process.execPath,
      }),
      onLine: (line) => this.append('app', line),
      onOutput: spec.onOutput,
    }).catch((error: unknown) => {
      attached?.client.destroy()
      throw error
    })
    this.settleLaunch(group)
    // devcenter.heroku.com/articles/one-off-dynos: without its client an attached dyno is hung up.
    attached?.client.once('close', () => void this.hangUp())
    if (attached?.client.destroyed) void this.hangUp()
    const ended = new AbortController()
    if (spec.type === 'web' && !spec.isOneOff) void this.boot(group, port, ended.signal)
    else this.enter('up')
    const unwatch = this.watch(group)
    const status = await group.exit.finally(unwatch)
    ended.abort()
    // The container goes with its first process, unless the others have their grace time.
    if (!this.stopping.signal.aborted) {
      this.target = undefined
      await group.kill()
    }
    await this.stopped
    await group.isGoneWithin(Infinity)
    await group.outputDrained(this.stopping.signal)
    this.complete(this.forcedStatus ?? status)
    // Only now, so that who sees the end finds in the log how it ended.
    attached?.client.end()
    return this.forcedStatus ?? status
  }

  /** The last lines of a dyno in the log. */
  private complete(status: number): number {
    this.log(words.exited(status))
    if (this.spec.isOneOff) this.log(words.state(this.current, 'complete'))
    return status
  }

  /** Undefined where nobody came in time, or the dyno is stopped first. */
  private async awaitClient({ meeting, isTerminal }: OneOffAttach): Promise<Attached | undefined> {
    this.log(words.awaitingClient)
    const over = new AbortController()
    const end = () => over.abort()
    const timer = setTimeout(end, this.services.limits.attachTimeout)
    this.stopping.signal.addEventListener('abort', end, { once: true })
    const client = await meeting.client(over.signal)
    clearTimeout(timer)
    if (!client) return undefined
    const terminal = isTerminal ? await terminalMaker() : undefined
    if (isTerminal && !terminal) this.log(words.noTerminal)
    return { client, terminal }
  }

  private async boot(group: ProcessGroup, port: number, ended: AbortSignal): Promise<void> {
    try {
      const signal = AbortSignal.any([ended, this.stopping.signal])
      const bound = await waitUntilBound(port, this.services.limits.bootTimeout, () => group.processes(), signal)
      if (signal.aborted || this.forcedStatus !== undefined) return
      if (!bound) return await this.failBoot(group, port, signal)
      this.target = { host: bound.host, port }
      if (bound.isLoopbackOnly) this.log(words.loopbackOnly(bound.host, port))
      this.enter('up')
    } catch (error) {
      this.log(words.notStarted((error as Error).message))
      await group.kill()
    }
  }

  /** The feature counts from the dyno's start on: Heroku asks for a restart after it is changed. */
  private watch(group: ProcessGroup): () => void {
    const { meter, store } = this.services
    const hasMetrics = store.find(this.spec.appId)?.features['log-runtime-metrics']?.enabled === true
    let isTold = false
    return meter.watch({
      dir: group.dir,
      group: group.pid,
      hasLoad: hasMetrics,
      take: (measured) => void this.judge(group, measured, hasMetrics).catch((error: Error) => this.log(words.notMeasured(error.message))),
      failed: ({ message }) => {
        if (!isTold) this.log(words.notMeasured(message))
        isTold = true
      },
    })
  }

  private async judge(group: ProcessGroup, measured: Measured, hasMetrics: boolean): Promise<void> {
    const { spec, id, services, stopping } = this
    const { quota, most } = memoryQuota(spec.size, services.limits)
    if (hasMetrics) for (const line of metricsLines(measured, { source: spec.name, appId: spec.appId, id, quota })) this.log(line)
    const used = totalOf(measured.memory)
    if (used <= quota || stopping.signal.aborted) return
    this.log(words.memory(used, quota))
    if (used <= most) return this.log(words.overQuota)
    this.target = undefined
    this.forcedStatus = 137
    this.log(words.vastlyOverQuota)
    this.log(words.sigkill)
    await group.kill()
  }

  private async failBoot(group: ProcessGroup, port: number, signal: AbortSignal): Promise<void> {
    const others = otherPorts(await listenersOf(await group.processes()), port)
    if (signal.aborted) return
    this.forcedStatus = 137
    this.log(words.bootTimeout(this.services.limits.bootTimeout))
    this.log(others.length > 0 ? words.otherPort(others, port) : words.nothingBound(port))
    this.log(words.sigkill)
    await group.kill()
  }

  private async end(signal: 'SIGTERM' | 'SIGHUP'): Promise<void> {
    this.stopping.abort()
    await this.claims.none()
    const group = await this.launched
    if (!group || (await group.isGoneWithin(0))) return
    const { stopGrace } = this.services.limits
    this.log(words.stopping(signal))
    await group.signal(signal)
    if (await group.isGoneWithin(stopGrace)) return
    this.log(words.exitTimeout(stopGrace, signal))
    this.log(words.sigkillRemaining)
    await group.kill()
  }
}
