import type { DynoRecord, DynoState } from '../store/records.js'
import type { WebTarget } from '../store/types.js'
import { DynoRun } from './dyno-run.js'
import type { Services } from './machine.js'
import { isAsWanted, type Wanted } from './formation.js'
import { firName } from '../api/identity.js'
import { messages } from './messages.js'
import { monotonic } from '../../lib/monotonic.js'

/** 216 minutes of 24 hours. */
const JITTER = 0.15
const LONGEST_TIMER = 2 ** 31 - 1

/**
 * One place in the formation of one release, such as web.1 of v7. It keeps a dyno running there
 * until it is ended.
 */
export class Slot {
  private dyno: DynoRun
  private crashes = 0
  private restartTimer: NodeJS.Timeout | undefined
  private cycleTimer: NodeJS.Timeout | undefined
  private isEnded = false
  private isBooted = false
  /** Those whose place another has taken, until their processes are gone. */
  private leaving: Promise<unknown> = Promise.resolve()

  constructor(
    readonly wanted: Wanted,
    private readonly appId: string,
    private readonly services: Services,
    private readonly onChange: () => void,
  ) {
    this.dyno = this.start()
  }

  get state(): DynoState {
    return this.dyno.state
  }

  /** Whether its first dyno has come up or failed. */
  get hasBooted(): boolean {
    return this.isBooted
  }

  isAs(wanted: Wanted): boolean {
    return isAsWanted(this.wanted, wanted)
  }

  record(): DynoRecord {
    return this.dyno.record()
  }

  webTarget(): WebTarget | undefined {
    return this.dyno.webTarget()
  }

  /**
   * Stops the dyno while a new one starts in its place. Resolves when the old one is gone. `why` is
   * for the log.
   */
  async restart(why: 'restarting' | 'cycling' = 'restarting'): Promise<void> {
    clearTimeout(this.restartTimer)
    this.crashes = 0
    const old = this.dyno
    old.log(messages[why])
    if (old.state !== 'starting') old.log(messages.state(old.state, 'starting'))
    const gone = Promise.all([this.leaving, end(old)])
    this.leaving = gone
    this.dyno = this.start()
    this.onChange()
    await gone
  }

  /**
   * Ends it for good; out of routing at once. Resolves when its processes and its disk are gone.
   * `next` is for the log.
   */
  async end(next: 'down' | 'starting'): Promise<void> {
    this.isEnded = true
    clearTimeout(this.restartTimer)
    clearTimeout(this.cycleTimer)
    if (next === 'starting') this.dyno.log(messages.restarting)
    if (this.dyno.state !== next) this.dyno.log(messages.state(this.dyno.state, next))
    await Promise.all([this.leaving, end(this.dyno)])
  }

  private dynoName(): string {
    const { name, type, isFir, release, size } = this.wanted
    return isFir ? firName(type, `${release.id} ${size}`) : name
  }

  private start(): DynoRun {
    const dyno: DynoRun = new DynoRun(
      { ...this.wanted, name: this.dynoName(), appId: this.appId },
      this.services,
      () => {
        if (dyno !== this.dyno || this.isEnded) return
        this.isBooted ||= dyno.state !== 'starting'
        if (dyno.state === 'crashed') this.planRestart(dyno)
        this.onChange()
      },
    )
    this.planCycle()
    return dyno
  }

  /**
   * Once a day, and each dyno at a time of its own; whatever starts it anew begins the day again
   * (devcenter.heroku.com/articles/dyno-restarts).
   */
  private planCycle(): void {
    clearTimeout(this.cycleTimer)
    const { cycleAfter } = this.services.limits
    if (cycleAfter === 0) return
    const pause = Math.min(cycleAfter * (1 + JITTER * Math.random()), LONGEST_TIMER)
    this.cycleTimer = setTimeout(
      () => void this.restart('cycling').catch((error: Error) => process.emitWarning(error)),
      pause,
    ).unref()
  }

  /**
   * The first crash is followed by a restart at once, each further one by a pause that doubles
   * (devcenter.heroku.com/articles/dynos#dyno-crash-restart-policy).
   * A dyno that was up for longer than the longest pause starts over.
   */
  private planRestart(dyno: DynoRun): void {
    const { first, max } = this.services.limits.crashBackoff
    if (dyno.upSince !== undefined && monotonic() - dyno.upSince > max) this.crashes = 0
    const pause = this.crashes === 0 ? 0 : Math.min(first * 2 ** (this.crashes - 1), max)
    this.crashes++
    const again = () => {
      dyno.log(messages.state('crashed', 'starting'))
      this.dyno = this.start()
      this.onChange()
    }
    this.restartTimer = setTimeout(again, pause)
  }
}

async function end(dyno: DynoRun): Promise<void> {
  await dyno.stop()
  await dyno.ended
}
