import type { LogLine } from '../heroku/index.js'
import type { Reading } from '../monitor/index.js'
import { Frames, type Frame } from './frames.js'
import type {
  AppHistory,
  HistoryDyno,
  HistoryMark,
  HistoryOf,
  HistoryRange,
  HistorySeries,
  HistoryTotals,
  PastDyno,
} from './history.js'
import { FLAGS, readMarks } from './record.js'
import { seriesOf } from './series.js'
import type { Recorder } from './recorder.js'
import { SlotWriter } from './slots.js'
import { pastDynosIn } from './past-dynos.js'
import { SPAN } from './span.js'
import { totalsOf, type Choice } from './totals.js'

/**
 * The history of an app, which is held in memory whether it is in a file too; its open spans are
 * read as if they were written.
 */
export class KeptHistory implements AppHistory {
  private drawn: readonly Frame[] | undefined

  /** @param recorder adds to `frames` what is over */
  constructor(
    readonly app: string,
    private readonly frames: Frames,
    private readonly recorder: Recorder,
    readonly isRecorded: boolean,
  ) {}

  add(line: LogLine, reading: Reading): void {
    this.drawn = undefined
    this.recorder.add(line, reading)
  }

  addDynoCount(time: number, count: number): void {
    this.drawn = undefined
    this.recorder.addDynoCount(time, count)
  }

  addDynos(time: number, dynos: readonly HistoryDyno[]): void {
    this.drawn = undefined
    this.recorder.addDynos(time, dynos)
  }

  series(of: HistoryOf, range: HistoryRange): HistorySeries {
    return seriesOf((from, to) => this.between(from, to), of, range)
  }

  totals({ from, to }: Pick<HistoryRange, 'from' | 'to'>, choice?: Choice): HistoryTotals {
    return totalsOf(this.between(from, to), choice)
  }

  dynosAt(time: number): PastDyno[] | undefined {
    const frame = this.between(time, time + 1).at(-1)
    return frame && pastDynosIn(frame)
  }

  marks({ from, to }: Pick<HistoryRange, 'from' | 'to'>): HistoryMark[] {
    // Asked for each second: of the open spans they are taken as they are, nothing is drawn.
    const { open } = this.recorder.spans
    const first = open[0]?.number ?? Infinity
    const kept = this.frames
      .between(from, to)
      .filter(({ span, flags }) => span < first && (flags & FLAGS.marked) !== 0)
      .flatMap((frame) => readMarks(frame.bytes, frame))
    return [...kept, ...open.flatMap(({ marks }) => marks)]
      .filter(({ at }) => at >= from && at < to)
      .map((mark) => (mark.place === '' ? { ...mark, place: this.app } : mark))
      .sort((one, other) => one.at - other.at)
  }

  get span(): { from: number; to: number } | undefined {
    const { open } = this.recorder.spans
    const { all } = this.frames
    const [firstOpen, lastOpen] = [open[0], open.at(-1)]
    const first = all[0] ?? (firstOpen && { ...firstOpen, span: firstOpen.number })
    const last = lastOpen ? { ...lastOpen, span: lastOpen.number } : all.at(-1)
    return first && last
      ? { from: first.span * SPAN + first.since, to: last.span * SPAN + last.until }
      : undefined
  }

  close(): Promise<void> {
    return this.recorder.close()
  }

  /** The records of a stretch of time, those of the open spans too. */
  private between(from: number, to: number): readonly Frame[] {
    const open = this.open().filter(({ span }) => (span + 1) * SPAN > from && span * SPAN < to)
    const first = open[0]?.span ?? Infinity
    return [...this.frames.between(from, to).filter(({ span }) => span < first), ...open]
  }

  private open(): readonly Frame[] {
    const writer = new SlotWriter()
    const { spans } = this.recorder
    return (this.drawn ??= spans
      .drawOpen()
      .map((span) => writer.draw(span, spans, { isPartial: true, isAnew: false })))
  }
}
