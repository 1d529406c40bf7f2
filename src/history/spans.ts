import type { LogLine } from '../heroku/index.js'
import { typeOfDyno } from '../lib/dyno-name.js'
import type { Reading } from '../monitor/index.js'
import { carry, copyOf } from './carried.js'
import type { HistoryDyno } from './history.js'
import { MarkReader } from './mark.js'
import type { DynoFacts } from './names.js'
import { SeenRequests } from './seen-requests.js'
import { type DynoSpan, MOST, Span, SPAN, spanOf, type Surroundings } from './span.js'
import { addMark, dynoIn, takeReading } from './take-reading.js'

/** ms after its end in which a span takes lines: those of several dynos are not in their order. */
const GRACE = 5_000
/** ms of lines older than all that is taken, after which the clock went back. A replay is quicker. */
const BACK_AFTER = 60_000
/** Names in a line's head that are no dynos. */
const SERVICES = new Set(['router', 'api', 'logplex', 'build'])

interface Closed {
  /** Whether all spans of this time and later that were closed before are void. */
  isAnew: boolean
}

/**
 * Lines and what they say, cut into spans of 20 s by their own times. The newest spans are open:
 * they take lines until GRACE after their end, and go to `close` then, in the order of time.
 */
export class Spans implements Surroundings {
  readonly open: Span[] = []
  isAppRouted = false
  private readonly routed = new Set<string>()
  private readonly dynos = new Map<string, DynoFacts>()
  /** What the Platform API said in the span that was open when it was written. */
  private resumed: { span: number; dynos: ReadonlyMap<string, DynoFacts> } | undefined
  private readonly seen = new SeenRequests()
  private readonly marks = new MarkReader()
  /** Of the last closed span. */
  private before: Span | undefined
  private closed = -Infinity
  private newest = -Infinity
  private time = 0
  private countedUntil = -Infinity
  private dynoCount: number | undefined
  /** Whether what comes next is of a clock that was set back. */
  isAnew = false
  private back: { since: number; last: number } | undefined

  /** @param monotonic ms of a clock that no one sets */
  constructor(
    private readonly close: (span: Span, how: Closed) => void,
    private readonly monotonic: () => number = () => performance.now(),
  ) {}

  /**
   * Goes on after what was recorded before: lines of spans until `closed` were taken, and of the
   * open one the requests until `counted` (ms since the epoch).
   */
  resume(
    closed: number,
    open: { span: Span; facts: readonly DynoFacts[] } | undefined,
    counted: number,
  ): void {
    this.closed = closed
    this.countedUntil = counted
    if (!open) return
    this.open.push(open.span)
    this.resumed = {
      span: open.span.number,
      dynos: new Map(open.facts.map((facts) => [facts.name, facts])),
    }
  }

  /** @param time of the line, ms since the epoch, where it is known already */
  add(line: LogLine, reading: Reading, time = this.timeOf(line, reading)): void {
    if (!isTold(line, reading)) return
    const span = this.spanAt(time)
    if (!span) return
    if (reading.kind === 'request') {
      if (time <= this.countedUntil || this.seen.has(line, time)) return
      this.addRequest(span, reading)
    } else if (reading.kind !== 'foreign' && !SERVICES.has(line.dyno)) {
      this.addToDyno(span, line.dyno, reading, time)
    }
    const mark = this.marks.read(line, reading, time)
    if (mark) addMark(span, mark)
    span.until = Math.max(span.until, time - span.number * SPAN)
    span.isChanged = true
  }

  addDynoCount(time: number, count: number): void {
    this.dynoCount = count
    const span = this.spanAt(time)
    if (!span) return
    span.dynoCount = count
    span.until = Math.max(span.until, time - span.number * SPAN)
    span.isChanged = true
  }

  /** What the Platform API says of the dynos now. */
  addDynos(time: number, dynos: readonly HistoryDyno[]): void {
    this.dynos.clear()
    for (const { name, id, type, size, state, command, release, created_at, updated_at } of dynos)
      if (this.dynos.size < MOST.dynos)
        this.dynos.set(name, {
          name,
          id,
          type,
          size,
          state,
          command,
          release: { id: release.id, version: release.version },
          created_at,
          updated_at,
        })
    for (const span of this.open) span.isChanged = true
    const running = dynos.filter(({ state }) => state !== 'crashed' && state !== 'down')
    this.addDynoCount(time, running.filter(({ name }) => isOfFormation(name)).length)
  }

  /** The open spans as they would be closed now: what has not come yet stands as it was before. */
  drawOpen(): Span[] {
    let before = this.before
    return this.open.map((open) => {
      const span = copyOf(open)
      this.complete(span, before)
      return (before = span)
    })
  }

  /** Closes all, as if their time were over. */
  end(): void {
    for (const span of this.open.splice(0)) this.finish(span)
  }

  /** The router tells of this dyno: no line of it is no request. */
  knowRouted(name: string): void {
    this.routed.add(name)
    if (this.routed.size > 2 * MOST.dynos) this.routed.delete(this.routed.values().next().value!)
  }

  isDynoRouted(name: string): boolean {
    return this.routed.has(name)
  }

  /** Of a time before the dyno was made, only its name is known. */
  facts(name: string, span: number): DynoFacts {
    const facts =
      this.dynos.get(name) ??
      (span === this.resumed?.span ? this.resumed.dynos.get(name) : undefined)
    const isOfThen = Date.parse(facts?.created_at ?? '') < (span + 1) * SPAN
    return facts && isOfThen ? facts : { name }
  }

  private timeOf(line: LogLine, reading: Reading): number {
    // Most lines of a busy app are its own.
    if (!isTold(line, reading)) return this.time
    const time = Date.parse(line.timestamp)
    if (!Number.isNaN(time)) this.time = time
    return this.time
  }

  private spanAt(time: number): Span | undefined {
    const number = spanOf(time)
    if (number <= this.closed && !this.isBack(time)) return undefined
    if (number > this.closed) this.back = undefined
    if (time > this.newest) {
      this.newest = time
      this.closeUntil(time - GRACE)
    }
    const known = this.open.find((span) => span.number === number)
    if (known) return known
    if (number <= this.closed) return undefined
    const last = this.open.at(-1) ?? this.before
    // What was told last stands for one span more, also if that has no line.
    if (last && last.number < number - 1 && last.number + 1 > this.closed)
      this.openSpan(last.number + 1, 0)
    // Of the first span, and of one after a pause, only a part may have been read.
    return this.openSpan(number, this.prior({ number }) ? 0 : time - number * SPAN)
  }

  private openSpan(number: number, since: number): Span {
    const span = new Span(number, since)
    span.dynoCount = this.dynoCount
    this.open.push(span)
    this.open.sort((one, other) => one.number - other.number)
    return span
  }

  /** The span right before another. */
  private prior({ number }: Pick<Span, 'number'>): Span | undefined {
    return [this.before, ...this.open].find((span) => span?.number === number - 1)
  }

  private closeUntil(time: number): void {
    while (this.open.length > 0 && (this.open[0]!.number + 1) * SPAN <= time) {
      const span = this.open.shift()!
      span.until = SPAN
      this.finish(span)
    }
  }

  /** The dynos that the API lists are there, whether the log speaks of them or not. */
  private complete(span: Span, before: Span | undefined): void {
    for (const [name, { created_at: created }] of this.dynos)
      if (Date.parse(created ?? '') < (span.number + 1) * SPAN) dynoIn(span, name)
    if (before?.number === span.number - 1) carry(before, span)
  }

  private finish(span: Span): void {
    this.complete(span, this.before)
    this.before = span
    this.closed = span.number
    this.close(span, { isAnew: this.isAnew })
    this.isAnew = false
  }

  /** Lines that go on and on in the past are not a replay: somebody set the clock. */
  private isBack(time: number): boolean {
    const now = this.monotonic()
    if (!this.back || time < this.back.last - SPAN) this.back = { since: now, last: time }
    this.back.last = Math.max(this.back.last, time)
    if (now - this.back.since < BACK_AFTER) return false
    this.end()
    this.back = this.before = undefined
    this.closed = spanOf(time) - 1
    this.newest = this.countedUntil = time - 1
    this.isAnew = true
    return true
  }

  private addRequest(span: Span, request: Extract<Reading, { kind: 'request' }>): void {
    this.isAppRouted = true
    span.requests.add(request)
    if (request.dyno === '') return
    const dyno = dynoIn(span, request.dyno)
    if (!dyno) return
    this.knowRouted(dyno.name)
    dyno.requests.add(request)
  }

  private addToDyno(
    span: Span,
    name: string,
    reading: Exclude<Reading, { kind: 'foreign' | 'request' }>,
    time: number,
  ): void {
    const dyno = dynoIn(span, name)
    if (!dyno) return
    if (reading.kind === 'platform') this.addWord(dyno, reading)
    else takeReading(span, dyno, reading, { time, before: this.prior(span) })
  }

  private addWord(dyno: DynoSpan, { what, value }: Extract<Reading, { kind: 'platform' }>): void {
    if (what === 'starting') {
      dyno.rows.clear()
      dyno.isFresh = true
    } else if (what === 'state') {
      const facts = this.dynos.get(dyno.name)
      if (facts) this.dynos.set(dyno.name, { ...facts, state: value })
    }
  }
}

/** Whether a line says anything of an app: most say nothing but to people. */
export const isTold = (
  { source, dyno }: Pick<LogLine, 'source' | 'dyno'>,
  { kind }: Reading,
): boolean => kind !== 'foreign' || (dyno === 'api' && source === 'app')

const isOfFormation = (name: string): boolean =>
  !['run', 'release', 'scheduler'].includes(typeOfDyno(name))
