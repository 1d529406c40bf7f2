import type { LogLine } from '../heroku/index.js'
import { readLine, type Reading } from '../monitor/index.js'
import type { Frame } from './frames.js'
import type { HistoryDyno } from './history.js'
import type { RingWriter } from './ring-writer.js'
import type { SlotWriter } from './slots.js'
import type { Span } from './span.js'
import { isTold, Spans } from './spans.js'

/** ms after which what is open is written too, though its span takes lines yet. */
const FLUSH_AFTER = 30_000

interface RecorderOptions {
  writer: SlotWriter
  /** Takes each span when it is over. */
  keep?: ((frame: Frame) => void) | undefined
  /** The file, if there is one, and what lets others write it. */
  ring?: RingWriter | undefined
  release?: (() => Promise<void>) | undefined
  /** ms of a clock that no one sets. */
  monotonic?: (() => number) | undefined
}

/** Lines → spans → records, in a file, in memory or both. Holds no more than the open spans. */
export class Recorder {
  readonly spans: Spans
  private flushing: NodeJS.Timeout | undefined

  constructor(private readonly options: RecorderOptions) {
    this.spans = new Spans((span, { isAnew }) => {
      const frame = options.writer.draw(span, this.spans, { isPartial: false, isAnew })
      options.keep?.(frame)
      options.ring?.append(frame)
    }, options.monotonic)
  }

  add(line: LogLine, reading: Reading): void {
    this.spans.add(line, reading)
    this.flushLater()
  }

  /** The same of a line whose time is a number. @param time ms since the epoch */
  take(line: Pick<LogLine, 'source' | 'dyno' | 'message'> & { time: number }): void {
    const { time, source, dyno, message } = line
    const asLine = { timestamp: '', source, dyno, message }
    const reading = readLine(asLine)
    if (!isTold(line, reading)) return
    this.spans.add(asLine, reading, time)
    this.flushLater()
  }

  addDynoCount(time: number, count: number): void {
    this.spans.addDynoCount(time, count)
    this.flushLater()
  }

  addDynos(time: number, dynos: readonly HistoryDyno[]): void {
    this.spans.addDynos(time, dynos)
    this.flushLater()
  }

  /** Writes the open spans, which are written anew when they are over, and lets go of the file. */
  async close(): Promise<void> {
    clearTimeout(this.flushing)
    this.flush()
    await this.options.ring?.close()
    await this.options.release?.()
  }

  private flushLater(): void {
    if (!this.options.ring || this.flushing) return
    this.flushing = setTimeout(() => {
      this.flushing = undefined
      this.flush()
    }, FLUSH_AFTER).unref()
  }

  private flush(): void {
    const { ring, writer } = this.options
    if (!ring) return
    const changed = new Set<number>()
    for (const span of this.spans.open) if (takeChange(span)) changed.add(span.number)
    for (const span of this.spans.drawOpen())
      if (changed.has(span.number))
        ring.append(writer.draw(span, this.spans, { isPartial: true, isAnew: this.spans.isAnew }))
  }
}

function takeChange(span: Span): boolean {
  const was = span.isChanged
  span.isChanged = false
  return was
}
