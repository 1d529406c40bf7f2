import { setTimeout as delay } from 'node:timers/promises'
import { ShipitError } from '../../errors.js'
import type { Dyno, LogLine, Release } from '../../heroku/index.js'
import { SeenLines } from '../../heroku/logs.js'
import { PollCadence, pendingOf } from '../../operate/cadence.js'
import { dynoWord } from '../../operate/dyno-news.js'
import { BootIds, type Owner } from './boot-ids.js'
import { bootState, type BootState } from './boot-state.js'
import { CrashSigns } from './crash-signs.js'
import { DynoHistory, type Crash } from './dyno-history.js'
import { LogDoubt } from './log-doubt.js'
import { RouterLines } from './router-lines.js'
import type { Switchover } from './switchover.js'
import { pause } from '../timing.js'
import type { Deployment } from '../deployment.js'
import type { Platform } from '../platform.js'

/** ms for which a poll counts as recent. */
const RECENT = 15_000

/** ms before a log that could not be read is asked for again. */
const LOG_AGAIN = 2000

interface WatchOptions {
  /**
   * False for a release that has been there for long: what its log holds of earlier days says
   * nothing.
   */
  followsLog?: boolean
  /** The release takes the place of one that does not stay up. */
  isAfterCrash?: boolean
  /**
   * With preboot: until it is over, the log may speak of dynos of the same names that the platform
   * does not list.
   */
  switchover?: Switchover | undefined
}

/**
 * Follows the dynos of one release: their list, and the app's log beside it. The log is a second
 * witness only, so a log that cannot be read ends nothing: `logFailure` says why it cannot, and it
 * is asked for again.
 */
export class ReleaseWatch {
  logFailure: string | undefined
  crashed: Crash | undefined
  readonly signs: CrashSigns
  readonly router = new RouterLines()
  readonly switchover: Switchover | undefined
  private readonly boots = new BootIds()
  private hasSwitched = false
  /** Time of the newest line of the log, ms since the epoch. */
  private lastTold = 0
  private readonly stopped = new AbortController()
  private readonly history = new DynoHistory()
  private readonly doubt: LogDoubt
  /** Aborted by a line that a poll may confirm; a new one with every poll. */
  private news = new AbortController()
  private readonly cadence = new PollCadence()
  /** The last poll: what it found, and when (performance.now()). */
  private last: { state: BootState; at: number } | undefined

  constructor(
    private readonly platform: Platform,
    private readonly app: string,
    readonly release: Release,
    { followsLog = true, isAfterCrash = false, switchover }: WatchOptions = {},
  ) {
    this.doubt = new LogDoubt(release.version, isAfterCrash)
    this.switchover = switchover
    this.signs = new CrashSigns(Date.parse(release.created_at))
    if (followsLog) void this.followLog()
    else this.logFailure = 'it is not followed'
  }

  /**
   * Polls once. With `mayBeRecent` it answers what was seen some seconds ago, if all was up then and
   * the log, which is up to date, has told nothing since.
   */
  async poll({ mayBeRecent = false } = {}): Promise<
    BootState & { crash?: Crash; isRecent?: boolean }
  > {
    const { last } = this
    this.noteSwitch()
    if (
      mayBeRecent &&
      last?.state.state === 'up' &&
      this.isLogUpToDate &&
      !this.news.signal.aborted &&
      performance.now() - last.at < RECENT
    ) {
      this.crashed = this.crashInLog(last.state.dynos)
      return { ...last.state, isRecent: true, ...(this.crashed ? { crash: this.crashed } : {}) }
    }
    this.news = new AbortController()
    this.cadence.begin()
    const [dynos, formation] = await Promise.all([
      this.platform.dynos(this.app),
      this.platform.formation(this.app),
    ])
    const state = bootState(dynos, formation, this.release.version)
    this.history.note(state.dynos)
    this.doubt.note(state.dynos, dynos, this.signs)
    this.noteSwitch()
    this.last = { state, at: performance.now() }
    this.cadence.polled(
      pendingOf(dynos, formation, this.release.version),
      this.isLogAhead(state.dynos),
    )
    if (this.cadence.isDue) this.news.abort()
    this.crashed =
      state.state === 'crashed'
        ? { dyno: state.dyno, reason: this.reasonFor(state.dyno.name) ?? 'crashed' }
        : (this.crashInLog(state.dynos) ?? this.history.keepsRestarting)
    return { ...state, ...(this.crashed ? { crash: this.crashed } : {}) }
  }

  /** Of the release, as last seen. */
  get dynos(): readonly Dyno[] {
    return this.history.dynos
  }

  /** Whether a dyno of the release, as last seen, answers HTTP. */
  get hasWeb(): boolean {
    return this.dynos.some(({ type }) => type === 'web')
  }

  /**
   * How many dynos the release has had. One that crashes is started again at once
   * (https://devcenter.heroku.com/articles/dynos#dyno-crash-restart-policy): without the log its
   * successor's id alone tells of it.
   */
  get lives(): number {
    return this.history.lives
  }

  /** Whether requests go to this release, as far as is known: at once, but for preboot. */
  get isServing(): boolean {
    return this.switchover?.isOver ?? true
  }

  /** Whose an answer is that came with this boot's id. */
  ownerOf(boot: string): Owner {
    return this.boots.ownerOf(boot, this.history.webLives)
  }

  /**
   * Whether an answer of this release would prove itself: its runtime has told of the boot of every
   * web dyno.
   */
  get isProvable(): boolean {
    return this.boots.knowsAll(this.history.webLives)
  }

  /**
   * From now on the router's lines count as the release's: those of requests after all that the log
   * has told, and after its last dyno came up.
   */
  countRequests(): void {
    this.router.countFrom(
      Math.max(this.lastTold, ...this.dynos.map(({ updated_at: updated }) => Date.parse(updated))),
    )
  }

  /**
   * ms that the slowest dyno of the release took to come up, by the platform's clock; as last seen.
   */
  get bootTime(): number {
    return this.history.bootTime
  }

  /**
   * Whether the log has told of every dyno of the release that it came up, and was believed from
   * the first: it is read, and is not far behind.
   */
  get isLogUpToDate(): boolean {
    return (
      this.logFailure === undefined &&
      this.dynos.every(
        ({ name, created_at: created }) =>
          !this.doubt.hasDoubted(name) &&
          (this.signs.cameUp.get(name) ?? -Infinity) >= Date.parse(created),
      )
    )
  }

  /**
   * ms from a dyno's start to the first exit of an app inside it that the log tells of; undefined
   * if there was none.
   */
  get firstExit(): number | undefined {
    const lives = this.signs.exits.map(
      ({ dyno, time }) => time - (this.history.since(dyno) ?? time),
    )
    return lives.length === 0 ? undefined : Math.max(0, Math.min(...lives))
  }

  /**
   * Waits until the next poll, and no longer than until the log has told, since the last one, of a
   * dyno that came up or does not stay so.
   */
  async pause(
    deployment: Pick<Deployment, 'timing' | 'signal'> & Partial<Pick<Deployment, 'platform'>>,
    polls: number,
    longest?: number,
  ): Promise<void> {
    const { signal: news } = this.news
    const isLogHeard = this.cadence.isTelling && this.logFailure === undefined
    try {
      await pause(
        deployment,
        polls,
        AbortSignal.any([deployment.signal, news]),
        longest,
        isLogHeard ? this.cadence.next(deployment.timing.poll) : undefined,
      )
    } catch (error) {
      if (deployment.signal.aborted || !news.aborted) throw error
    }
  }

  stop(): void {
    this.stopped.abort()
  }

  /**
   * Until the switch the log's words about a name may be of a dyno that goes on serving: only the
   * list tells of ours, and what was told is forgotten.
   */
  private noteSwitch(): void {
    if (this.hasSwitched) return
    if (this.history.hasRestarted) this.switchover?.doubt()
    for (const { name, type } of this.dynos) if (type === 'web') this.signs.forget(name)
    this.hasSwitched = this.isServing
  }

  /**
   * Whether the log has told of a dyno being up that the list has as starting: the list will have
   * it in a moment.
   */
  private isLogAhead(dynos: readonly Dyno[]): boolean {
    return dynos.some(
      ({ name, state, created_at: created }) =>
        state === 'starting' && (this.signs.cameUp.get(name) ?? -Infinity) >= Date.parse(created),
    )
  }

  private reasonFor(name: string): string | undefined {
    return this.signs.found.findLast(
      ({ dyno, time }) => dyno === name && time >= (this.history.since(name) ?? Infinity),
    )?.reason
  }

  private crashInLog(dynos: readonly Dyno[]): Crash | undefined {
    for (const dyno of dynos) {
      const reason = this.reasonFor(dyno.name)
      if (reason !== undefined) return { dyno, reason }
    }
    return undefined
  }

  private async followLog(): Promise<void> {
    const { signal } = this.stopped
    const seen = new SeenLines()
    while (!signal.aborted) {
      try {
        for await (const line of this.platform.logs(this.app, {
          lines: 100,
          tail: true,
          signal,
          seen,
        }))
          this.read(line)
      } catch (error) {
        if (!signal.aborted)
          this.logFailure = error instanceof Error ? error.message : String(error)
      }
      await delay(LOG_AGAIN, undefined, { signal }).catch(() => undefined)
    }
  }

  private read(line: LogLine): void {
    this.logFailure = undefined
    this.lastTold = Math.max(this.lastTold, Date.parse(line.timestamp) || 0)
    this.router.read(line)
    this.switchover?.read(line)
    this.boots.read(line)
    const isSign = this.signs.read(line)
    this.cadence.take(line)
    if (this.cadence.isDue || (isSign && dynoWord(line) === undefined)) this.news.abort()
  }
}

/**
 * A crash as the error that the user sees; the dyno's last lines are added if they are known.
 */
export function crashError({ dyno, reason }: Crash, release: Release): ShipitError {
  return new ShipitError('boot', { message: `${dyno.name} of v${release.version} ${reason}.` })
}
