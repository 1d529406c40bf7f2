import type { Response } from 'express'
import type { AppWatch } from './app-watch.js'
import type { Shared } from './shared.js'
import type { StreamEvents } from './wire.js'

/** Bytes that a reader may be behind before it gets no more until it has read them. */
const MOST_PENDING = 256 * 1024
/** Lines a second, and at once. */
const LINES = { perSecond: 400, most: 200 }
/** ms without an event after which a comment shows that the server is there. */
const SILENCE = 15_000

/**
 * One browser's server-sent events. It is not written to but when it has read what came before, and
 * then gets what it has missed, as far as that is kept: lines that it was too slow for are counted.
 */
export class EventStream {
  private overview = 0
  private dynos = 0
  private points: number
  private marks: number
  private line: number
  private actions: number
  private alerts: number
  private problem: string | undefined
  private wroteAt = performance.now()
  private credit = LINES.most
  private creditedAt = performance.now()

  /** @param watch the app that is looked at in detail; undefined on the overview */
  constructor(
    private readonly response: Response,
    private readonly shared: Shared,
    private readonly watch: AppWatch | undefined,
    lastLine: number | undefined,
  ) {
    const next = watch?.log.next ?? 0
    this.line = lastLine === undefined ? next : Math.min(next, lastLine + 1)
    this.marks = watch?.marks.length ?? 0
    this.points = watch?.pointsUntil ?? 0
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.write('retry: 2000\n\n')
    this.actions = shared.actionNews.length
    this.alerts = shared.alertNews.length
    this.send('alerts', shared.alerts)
    for (const action of shared.underWay) this.send('action', action)
    this.pump()
  }

  /** Writes what is new. To be called again and again. */
  pump(): void {
    if (this.response.destroyed || this.response.writableLength > MOST_PENDING) return
    const { shared, watch } = this
    if (shared.overviewVersion !== this.overview) {
      this.overview = shared.overviewVersion
      this.send('overview', shared.overview)
    }
    this.tellProblem()
    const alerts = shared.alertNews.since(this.alerts)
    this.alerts = shared.alertNews.length
    if (alerts.length > 0) this.send('alerts', alerts)
    for (const action of shared.actionNews.since(this.actions)) this.send('action', action)
    this.actions = shared.actionNews.length
    if (watch) this.tellOf(watch)
    if (performance.now() - this.wroteAt > SILENCE) this.write(': \n\n')
  }

  private tellProblem(): void {
    const problem = this.watch ? this.watch.problem : this.shared.problem
    const text = JSON.stringify(problem)
    if (text === this.problem || (this.problem === undefined && problem === null)) return
    this.problem = text
    this.send('problem', problem)
  }

  private tellOf(watch: AppWatch): void {
    watch.lookForChanges(Date.now())
    if (watch.changes.version !== this.dynos) {
      this.send('dynos', watch.changes.since(this.dynos))
      this.dynos = watch.changes.version
    }
    if (watch.pointsUntil > this.points) {
      this.points = watch.pointsUntil
      this.send('points', { until: this.points })
    }
    const marks = watch.marks.since(this.marks)
    this.marks = watch.marks.length
    if (marks.length > 0) this.send('marks', marks)
    this.tellLines(watch)
  }

  private tellLines({ log }: AppWatch): void {
    if (this.line >= log.next) return
    const now = performance.now()
    this.credit = Math.min(
      LINES.most,
      this.credit + ((now - this.creditedAt) / 1000) * LINES.perSecond,
    )
    this.creditedAt = now
    if (this.credit < 1) return
    const limit = Math.floor(this.credit)
    // The newest are what a person looks at; older ones can be fetched.
    const first = Math.max(this.line, log.first, log.next - limit)
    const lines = log.from(first, limit)
    this.credit -= lines.length
    const skipped = first - this.line
    this.line = log.next
    this.send('lines', { lines, skipped }, this.line - 1)
  }

  private send<Name extends keyof StreamEvents>(
    name: Name,
    data: StreamEvents[Name],
    id?: number,
  ): void {
    // JSON has no line break of its own, so that no text can begin an event.
    const head = id === undefined ? '' : `id: ${id}\n`
    this.write(`${head}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)
  }

  private write(text: string): void {
    this.wroteAt = performance.now()
    this.response.write(text)
  }
}
