import { setTimeout as delay } from 'node:timers/promises'
import {
  byTypeAndNumber,
  getApp,
  SeenLines,
  type Dyno,
  type LogLine,
  type PlatformApi,
} from '../heroku/index.js'
import { dynoReportDocument } from '../json/dyno-documents.js'
import type { AppHistory } from '../history/index.js'
import {
  FormationModel,
  reportDynos,
  requestedPath,
  takeSnapshot,
  watchFormation,
  type DynoReport,
  type Reading,
  type SnapshotOptions,
} from '../monitor/index.js'
import { Incidents } from './alerts/incidents.js'
import { RequestWindow } from './alerts/request-window.js'
import { DynoChanges } from './dyno-changes.js'
import { Journal } from './journal.js'
import { LogRing } from './log-ring.js'
import { MarkNews } from './mark-news.js'
import { problemOf, type Problem } from './problem.js'
import { RequestTable } from './request-table.js'
import { requestsInBrief, type RequestsInBrief } from './requests-in-brief.js'
import { ReleaseBook } from './releases.js'
import type { AppSummary, Mark } from './wire.js'

/** ms between two looks at what the log and the list of dynos have told. */
const LOOK_EVERY = 1000
/** ms before an app that could not be watched is tried again, doubled up to the longest. */
const AGAIN = { first: 5000, longest: 60_000 }
/** ms between two times that the history is told of the dynos, if none has changed. */
const COUNT_EVERY = 10_000
/** Marks that a slow reader can still get. */
const MARKS = 500
/** ms of the log after which pages are told to fetch its figures anew. */
const POINTS_EVERY = 5000
/** ms that a look at the dynos for the stream lasts, at least, and for each dyno. */
const CHANGES_EVERY = { least: 1000, perDyno: 50 }
/** And those of a look at the requests of the last hour, for the overview. */
const BRIEF_EVERY = { least: 1000, perDyno: 100 }

export interface AppWatchOptions {
  /** Reads the login anew, once the platform has refused it. */
  renewLogin?: (() => Promise<void>) | undefined
  /** ms before the first new try. */
  again?: number | undefined
  /** Told of each look. */
  onLook?: (watch: AppWatch) => void
}

/**
 * One app as its log and its list of dynos tell it, for as long as the dashboard runs: a platform
 * that refuses or cannot be reached is told in `problem`, and tried again.
 */
export class AppWatch {
  readonly model = new FormationModel()
  readonly log = new LogRing()
  readonly requests = new RequestTable()
  /** What alerts are judged by, beside the model. */
  readonly incidents = new Incidents()
  readonly requestWindow = new RequestWindow()
  readonly changes = new DynoChanges()
  readonly marks = new Journal<Mark>(MARKS)
  readonly releases: ReleaseBook
  webUrl: string | null = null
  problem: Problem | null = null
  /** Whether the platform has answered, the last time that it was asked. */
  isUnreachable = true
  /** ms since the epoch of the newest value of the charts. */
  pointsUntil = 0
  private dynos: readonly Dyno[] = []
  private readonly seen = new SeenLines()
  private readonly markNews: MarkNews
  private countedAt = 0
  private changesAt = 0
  private brief: RequestsInBrief | undefined
  private briefAt = 0

  constructor(
    readonly api: PlatformApi,
    readonly app: string,
    readonly history: AppHistory,
    private readonly options: AppWatchOptions = {},
  ) {
    this.releases = new ReleaseBook(api, app)
    this.markNews = new MarkNews(history)
  }

  /** Until `signal` is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { again = AGAIN.first } = this.options
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        this.webUrl ??= (await getApp(this.api, this.app)).web_url
        for await (const { dynos, problem } of watchFormation(this.api, this.app, {
          every: LOOK_EVERY,
          known: { model: this.model, seen: this.seen },
          onLine: (line, reading) => this.take(line, reading),
          signal,
        })) {
          failures = 0
          this.look(dynos, problem)
        }
      } catch (error) {
        if (signal.aborted) return
        this.isUnreachable = true
        this.problem = problemOf(error)
        this.options.onLook?.(this)
        const pause = Math.min(AGAIN.longest, again * 2 ** failures)
        await delay(pause, undefined, { signal }).catch(ignoreEnd(signal))
        if (this.problem.kind === 'login' && !signal.aborted) await this.renewLogin()
      }
    }
  }

  /** One look at the log's recent lines and at the dynos, for who does not follow them. */
  async lookOnce(onFollow: SnapshotOptions['onFollow']): Promise<void> {
    this.webUrl = (await getApp(this.api, this.app)).web_url
    const { dynos, problem } = await takeSnapshot(this.api, this.app, {
      model: this.model,
      onLine: (line, reading) => this.take(line, reading),
      onFollow,
    })
    this.look(dynos, problem)
    await this.releases.looked
  }

  get release(): AppSummary['release'] {
    return this.releases.current
  }

  /** All dynos, as `ps` has them. @param now ms since the epoch */
  reports(now: number): DynoReport[] {
    return reportDynos([...this.dynos].sort(byTypeAndNumber), this.model, now)
  }

  /** Tells the stream's readers of dynos that changed: costly with hundreds of instances. */
  lookForChanges(now: number): void {
    const every = Math.max(CHANGES_EVERY.least, this.dynos.length * CHANGES_EVERY.perDyno)
    if (now - this.changesAt < every) return
    this.changesAt = now
    this.changes.update(this.reports(now).map(dynoReportDocument))
  }

  /** Costly too: the figures of all instances are put into one record for it. */
  requestsInBrief(now: number): RequestsInBrief {
    const every = Math.max(BRIEF_EVERY.least, this.dynos.length * BRIEF_EVERY.perDyno)
    if (this.brief && now - this.briefAt < every) return this.brief
    this.briefAt = now
    return (this.brief = requestsInBrief(this.history, now))
  }

  private take(line: LogLine, reading: Reading): void {
    this.history.add(line, reading)
    this.log.add(line, reading)
    this.incidents.add(line.dyno, reading, this.model.now)
    if (reading.kind === 'request') {
      this.requestWindow.add(reading, this.model.now)
      const asked = requestedPath(line.message)
      if (asked) this.requests.add(asked.method, asked.path, reading, this.model.now)
    }
    if (line.source === 'app' && line.dyno === 'api') this.releases.mayHaveChanged()
  }

  private look(dynos: readonly Dyno[], problem: string | undefined): void {
    const now = Date.now()
    const isChanged = dynos !== this.dynos
    this.dynos = dynos
    this.isUnreachable = false
    if (isChanged) this.incidents.follow(dynos)
    this.problem = problem === undefined ? null : { text: problem, next: null, kind: 'network' }
    if (isChanged || now - this.countedAt >= COUNT_EVERY) {
      this.countedAt = now
      this.history.addDynos(now, dynos)
    }
    this.releases.follow(dynos, now)
    this.marks.push(...this.markNews.take(now))
    const until = this.history.span?.to ?? 0
    if (until - this.pointsUntil >= POINTS_EVERY) this.pointsUntil = until
    this.options.onLook?.(this)
  }

  private async renewLogin(): Promise<void> {
    try {
      await this.options.renewLogin?.()
    } catch (error) {
      this.problem = problemOf(error)
    }
  }
}

const ignoreEnd = (signal: AbortSignal) => (error: unknown) => {
  if (!signal.aborted) throw error
}
