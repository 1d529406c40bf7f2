import type { DashboardServer } from '../../dashboard/server.js'
import { ShipitError } from '../../errors.js'
import { EMPTY_SERIES, seriesOf, type DynoReport, type Snapshot } from '../../monitor/index.js'
import type { Sort } from '../flags.js'
import { LogTail, choiceOf, happenings } from './recent.js'

import { rowsOf, type Row } from './rows.js'
import { layout, screen, type Shown } from './screen.js'
import type { MonitSource } from './source.js'
import { styleOf } from './frame.js'
import { Terminal } from './terminal.js'
import { WebView } from './web.js'
import { firstView, press, type Action, type Intent, type Key, type View } from './view.js'

/** ms between two reports of the formation, and between two frames if no key was pressed. */
const LOOK_EVERY = 1000
const FRAME_EVERY = 150

/**
 * The live screen of one app: its log and its dynos go in (or those of a `shipit dev`), keys come
 * in, frames go out.
 */
export class MonitSession {
  private view: View
  private dynos: DynoReport[] = []
  private seen: Snapshot | undefined
  /**
   * Of a large formation the rows are costly: made anew for a look and for another choice of them,
   * not for every frame.
   */
  private made: { key: string; dynos: readonly DynoReport[]; rows: Row[] } | undefined
  private held: Shown['lines'] = []
  private isDirty = true
  private isKeyPending = false
  /** The series are costly with many instances: one a look, and one a choice. */
  private series: { key: string; of: Shown['series'] } | undefined
  private readonly tail = new LogTail()
  private readonly style = styleOf()
  private readonly left = new AbortController()
  private underWay: Promise<void> | undefined
  private failure: ShipitError | undefined
  private terminal: Terminal | undefined
  private readonly web: WebView

  constructor(
    private readonly source: MonitSource,
    sort: Sort | undefined,
    openDashboard: (() => Promise<DashboardServer>) | undefined,
  ) {
    this.view = firstView(sort)
    this.web = new WebView(openDashboard, (error) => this.fail(error))
  }

  /**
   * Until a key or `signal` ends it. What is under way then is ended in order before it returns;
   * `onWait` is told of it first, with the terminal restored. Throws ShipitError where the app
   * cannot be watched, and what went wrong with the action that was waited for.
   */
  async run(signal: AbortSignal, onWait: (underWay: string) => void): Promise<void> {
    const either = AbortSignal.any([signal, this.left.signal])
    const terminal = new Terminal({
      onKey: (key) => this.onKey(key),
      onBlank: () => this.terminal && this.paint(),
    })
    this.terminal = terminal
    this.paint()
    const frames = setInterval(() => this.isDirty && this.paint(), FRAME_EVERY)
    try {
      for await (const seen of this.source.watch({
        every: LOOK_EVERY,
        signal: either,
        onLine: (line, reading) => {
          this.tail.add(line, reading)
          this.isDirty = true
        },
      }))
        this.take(seen)
    } finally {
      clearInterval(frames)
      this.left.abort()
      terminal.close()
      await this.web.close(onWait)
    }
    if (!this.underWay) return
    onWait(this.view.notice?.text ?? '')
    await this.underWay
    if (this.failure !== undefined) throw this.failure
  }

  private take(seen: Snapshot): void {
    this.seen = seen
    this.dynos = this.source.report(seen, Date.now())
    this.series = undefined
    this.isDirty = true
  }

  private onKey(key: Key): void {
    const { view, intent } = press(
      this.view,
      key,
      this.rows,
      Math.max(1, layout(this.terminal!.size).listRows - 4),
    )
    if (view.isPaused && !this.view.isPaused) this.held = this.tail.latest(this.terminal!.size.rows)
    this.view = view
    if (intent) this.follow(intent)
    // A key does not wait for its frame, but keys that came at once have one together.
    if (this.isKeyPending) return
    this.isKeyPending = true
    setImmediate(() => {
      this.isKeyPending = false
      this.paint()
    })
  }

  private get rows(): Row[] {
    const { sort, filter, cursor } = this.view
    const key = `${sort?.field} ${sort?.isDescending} ${filter === '' ? '' : cursor} ${filter}`
    if (this.made?.key !== key || this.made.dynos !== this.dynos)
      this.made = {
        key,
        dynos: this.dynos,
        rows: rowsOf(this.source.name, this.dynos, {
          sort,
          filter,
          cursor,
          now: Date.now(),
          isFlat: this.source.unit === 'instances',
        }),
      }
    return this.made.rows
  }

  private follow(intent: Intent): void {
    if (intent.kind === 'quit') this.left.abort()
    // In raw mode Ctrl-C is a key: as a signal it has its status, and a second one its force.
    else if (intent.kind === 'interrupt') process.kill(process.pid, 'SIGINT')
    else if (intent.kind === 'suspend') this.terminal!.suspend()
    else if (intent.kind === 'web') void this.showWeb()
    else if (this.underWay) this.notice('Something is still under way.', true)
    else
      this.underWay = (intent.kind === 'ask' ? this.ask(intent.action) : this.do(intent.action))
        .catch((error: unknown) => this.fail(error))
        .finally(() => {
          this.underWay = undefined
        })
  }

  private async showWeb(): Promise<void> {
    this.notice('Opening the dashboard...')
    try {
      this.notice(await this.web.show(this.terminal!.size.columns))
    } catch (error) {
      this.fail(error)
    }
  }

  private async ask(action: Action): Promise<void> {
    const question = await this.source.question(action, this.dynos)
    this.view = { ...this.view, question, isTyping: false, isHelp: false }
    this.paint()
  }

  private async do(action: Action): Promise<void> {
    this.notice(
      await this.source.perform(action, this.dynos, (text) => this.notice(text), this.left.signal),
    )
  }

  private fail(error: unknown): void {
    if (this.left.signal.aborted) {
      // An end in order is no failure; the screen that would have told of one has gone.
      if (error instanceof ShipitError) this.failure = error
      return
    }
    const { message, why, next } = ShipitError.from(error)
    this.notice([message, why?.split('\n')[0], next].filter(Boolean).join(' '), true)
  }

  private notice(text: string, isBad = false): void {
    this.view = { ...this.view, notice: { text, isBad } }
    this.paint()
  }

  private paint(): void {
    if (this.left.signal.aborted || !this.terminal) return
    this.isDirty = false
    const { size } = this.terminal
    this.terminal.show(screen(this.shown(size), this.view, size, this.style))
  }

  private shown(size: { columns: number; rows: number }): Shown {
    const { rows, view, seen } = this
    const { name: app, unit } = this.source
    if (!rows.some(({ key }) => key === view.cursor))
      this.view.cursor = rows.find(({ key }) => view.cursor.startsWith(`${key} `))?.key ?? ''
    const row = rows.find(({ key }) => key === this.view.cursor)
    this.tail.choose(choiceOf(row, rows, view.filter))
    const { chartValues } = layout(size)
    const now = Date.now()
    const key = `${this.view.cursor} ${chartValues}`
    if (seen && this.series?.key !== key)
      this.series = { key, of: seriesOf(seen.model, row ?? {}, chartValues, now) }
    const traffic = seen?.model.traffic.perMinute(now)
    return {
      app,
      unit,
      rows,
      isLoaded: seen !== undefined,
      problem: seen?.problem,
      missing:
        seen && seen.model.now > 0
          ? this.source
              .missing(
                this.dynos.filter(({ name }) => name === row?.dyno),
                seen.watched,
              )
              ?.replaceAll('\n', ' ')
          : undefined,
      errorsPerMinute: traffic?.errors ?? null,
      series: this.series?.of ?? EMPTY_SERIES,
      events: seen ? happenings(seen.model, row?.dyno, size.rows) : [],
      lines: view.isPaused ? this.held : this.tail.latest(size.rows),
    }
  }
}
