import path from 'node:path'
import type { OneOffAttach, WebTarget } from '../store/types.js'
import type { DynoRecord, DynoState } from '../store/records.js'
import { attachedClient } from './attached-client.js'
import { whyUnbound } from './boot.js'
import { Claims } from './claims.js'
import { makeDisk, type Disk } from './disk.js'
import { DynoStatus, type DynoSpec } from './dyno-status.js'
import { dynoEnvironment } from './environment.js'
import { listenersOf } from './listeners.js'
import { dynoMetadata, parallelism } from './metadata.js'
import { watchMemory } from './memory-verdict.js'
import type { DynoProcesses, Services } from './machine.js'
import { reservePort } from './ports.js'
import type { Attached } from './process-group.js'
import { memoryQuota } from './quota.js'
import { messages } from './messages.js'
import { signalStatus } from '../../lib/signals.js'

/** What Heroku reports of a dyno that never had a process. */
const STATUS_UNATTACHED = 128
const TERMINATED = signalStatus('SIGTERM')

/**
 * ms that a dyno which is to stop waits for requests that are on their way to it: the router gives
 * up a connection sooner.
 */
const CLAIMED_AT_MOST = 3_000

/** One run of one dyno, from its disk to its end. What comes after is the business of its slot. */
export class DynoRun {
  /**
   * Resolves with the main process's status when all processes are gone and the disk is removed;
   * never rejects.
   */
  readonly ended: Promise<number>

  private readonly status: DynoStatus
  private readonly claims = new Claims()
  private readonly stopping = new AbortController()
  private stopped: Promise<void> | undefined
  /** Undefined if the dyno ended before it had a process. */
  private readonly launched: Promise<DynoProcesses | undefined>
  private settleLaunch: (group: DynoProcesses | undefined) => void = () => undefined
  private target: { host: WebTarget['host']; port: number } | undefined
  /** 137 where we killed it for R10 or R15: bash may report another status. */
  private forcedStatus: number | undefined

  constructor(
    readonly spec: DynoSpec,
    private readonly services: Services,
    private readonly onChange: () => void,
  ) {
    this.status = new DynoStatus(spec, services.logplex)
    this.launched = new Promise((resolve) => (this.settleLaunch = resolve))
    this.ended = this.run()
  }

  get id(): string {
    return this.status.id
  }

  get upSince(): number | undefined {
    return this.status.upSince
  }

  get state(): DynoState {
    return this.status.state
  }

  record(): DynoRecord {
    return this.status.record()
  }

  /** Where the router may send a request now. */
  webTarget(): WebTarget | undefined {
    if (!this.target || this.state !== 'up' || this.stopping.signal.aborted) return undefined
    return { dyno: this.spec.name, id: this.id, ...this.target, claim: () => this.claims.claim() }
  }

  /**
   * Takes the dyno out of routing at once, ends it with SIGTERM when no request is on its way to
   * it, and with SIGKILL after the grace time.
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
    this.status.log(message)
  }

  private enter(state: DynoState): void {
    if (this.state === state) return
    this.status.enter(state)
    if (state === 'up' && !this.spec.isOneOff)
      this.services.spares.prepare(this.spec.appId, this.spec.slug.modules)
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
      this.log(messages.notStarted((error as Error).message))
    } finally {
      this.settleLaunch(undefined)
      if (!(port instanceof Error)) port.release()
      await this.services
        .removeDisk(dir)
        .catch((error: Error) => this.log(`Its folder could not be removed: ${error.message}`))
    }
    if (this.stopping.signal.aborted || this.spec.isOneOff) {
      this.status.state = 'down'
      this.onChange()
    } else {
      this.enter('crashed')
    }
    return status
  }

  private async live(dir: string, port: number): Promise<number> {
    const { spec } = this
    const modules = await this.services.spares.take(spec.appId, spec.slug.modules)
    const disk = await makeDisk(dir, spec.slug, modules)
    const attached =
      spec.attach && !this.stopping.signal.aborted ? await this.client(spec.attach) : undefined
    if (this.stopping.signal.aborted) {
      attached?.client.destroy()
      return spec.isOneOff ? this.status.complete(TERMINATED) : TERMINATED
    }
    if (spec.attach && !attached) {
      this.log(messages.attachError)
      return this.status.complete(STATUS_UNATTACHED)
    }
    this.log(messages.starting(spec.command))
    const group = await this.launch(disk, port, attached).catch((error: unknown) => {
      attached?.client.destroy()
      throw error
    })
    this.settleLaunch(group)
    // devcenter.heroku.com/articles/one-off-dynos: without its client an attached dyno is hung up.
    attached?.client.once('close', () => void this.hangUp())
    if (attached?.client.destroyed) void this.hangUp()
    const ended = new AbortController()
    const closeWatch = this.services.network.watch({
      dir,
      group: group.pid,
      onOpen: (ports) => this.log(messages.openPorts(ports)),
    })
    if (spec.type === 'web' && !spec.isOneOff) void this.boot(group, port, ended.signal)
    else this.enter('up')
    const unwatch = this.watchMemory(group)
    const status = await group.exit.finally(() => {
      unwatch()
      closeWatch()
    })
    ended.abort()
    // The container goes with its first process, unless the others have their grace time.
    if (!this.stopping.signal.aborted) {
      this.target = undefined
      await group.kill()
    }
    await this.stopped
    await group.isGoneWithin(Infinity)
    await group.outputDrained(this.stopping.signal)
    this.status.complete(this.forcedStatus ?? status)
    // Only now, so that who sees the end finds in the log how it ended.
    attached?.client.end()
    return this.forcedStatus ?? status
  }

  private async launch(
    disk: Disk,
    port: number,
    attached: Attached | undefined,
  ): Promise<DynoProcesses> {
    const { spec, services } = this
    return services.launch({
      disk,
      command: spec.command,
      attached,
      isolate: (await services.isolation).isolate,
      nodes: path.join(services.folders.caches, 'node'),
      env: dynoEnvironment({
        dyno: spec.name,
        home: disk.app,
        tmp: disk.tmp,
        port,
        memory: memoryQuota(spec.size, services.limits).quota,
        profileEnv: {
          ...spec.slug.profile_env,
          ...parallelism(spec.size),
          ...dynoMetadata(services.store.find(spec.appId), spec, this.id),
        },
        configVars: { ...spec.release.config_vars, ...spec.env },
        host: process.env,
        execPath: process.execPath,
      }),
      onLine: (line) => this.status.log(line, 'app'),
      onOutput: spec.onOutput,
    })
  }

  private client(attach: OneOffAttach): Promise<Attached | undefined> {
    return attachedClient(attach, {
      patience: this.services.limits.attachTimeout,
      signal: this.stopping.signal,
      log: (message) => this.log(message),
    })
  }

  private async boot(group: DynoProcesses, port: number, ended: AbortSignal): Promise<void> {
    try {
      const signal = AbortSignal.any([ended, this.stopping.signal])
      const bound = await group.bound(port, this.services.limits.bootTimeout, signal)
      if (signal.aborted || this.forcedStatus !== undefined) return
      if (!bound) return await this.failBoot(group, port, signal)
      await this.services.network.look()
      if (signal.aborted || this.forcedStatus !== undefined) return
      this.target = { host: bound, port }
      this.enter('up')
    } catch (error) {
      this.log(messages.notStarted((error as Error).message))
      await group.kill()
    }
  }

  private watchMemory(group: DynoProcesses): () => void {
    const {
      spec: { appId, name, size },
      id,
      stopping: { signal },
    } = this
    return watchMemory(
      {
        id,
        appId,
        name,
        size,
        dir: group.dir,
        group: group.pid,
        log: (message) => this.log(message),
        isStopping: () => signal.aborted,
        kill: () => this.kill(group),
      },
      this.services,
    )
  }

  /** What ends a dyno at R10 and R15. */
  private async kill(group: DynoProcesses): Promise<void> {
    this.target = undefined
    this.forcedStatus = signalStatus('SIGKILL')
    this.log(messages.sigkill)
    await group.kill()
  }

  private async failBoot(group: DynoProcesses, port: number, signal: AbortSignal): Promise<void> {
    const listeners = await listenersOf(await group.processes())
    if (signal.aborted) return
    this.log(messages.bootTimeout(this.services.limits.bootTimeout))
    this.log(whyUnbound(listeners, port))
    await this.kill(group)
  }

  private async end(signal: 'SIGTERM' | 'SIGHUP'): Promise<void> {
    this.stopping.abort()
    await this.claims.none(CLAIMED_AT_MOST)
    const group = await this.launched
    if (!group || (await group.isGoneWithin(0))) return
    const { stopGrace } = this.services.limits
    this.log(messages.stopping(signal))
    await group.signal(signal)
    if (await group.isGoneWithin(stopGrace)) return
    this.log(messages.exitTimeout(stopGrace, signal))
    this.log(messages.sigkillRemaining)
    await group.kill()
  }
}
