import { ByteReader } from './bytes.js'
import type { Frame } from './frames.js'
import type { HistoryOf, HistoryRange, HistorySeries } from './history.js'
import { readAppFigures, readDynos, type ReadFigures } from './read-record.js'
import { FLAGS } from './record.js'
import { RequestSum } from './requests.js'
import { CLASSES, percentile } from './service-times.js'
import { SPAN } from './span.js'

export const FIGURES = ['cpuPercent', 'memoryMb', 'eventLoopP95Ms', 'requestsPerMinute'] as const
export const MINUTE = 60_000
/** ms of a span that must have passed before its requests tell a rate. */
export const RATE_AFTER = 10_000

/**
 * What one record tells of an app, a dyno or an instance. Its requests are added to `sum`.
 * Undefined if it does not know it.
 */
function figuresIn(
  frame: Frame,
  { dyno, instance }: HistoryOf,
  sum: RequestSum,
): (ReadFigures & { isRouted: boolean }) | undefined {
  if (dyno === undefined && instance === undefined) {
    const from = new ByteReader(frame.bytes, frame.bodyAt)
    const figures = readAppFigures(from)
    sum.read(from)
    return { ...figures, isRouted: (frame.flags & FLAGS.routed) !== 0 }
  }
  let found: (ReadFigures & { isRouted: boolean }) | undefined
  let ownMemory = NaN
  const figures = () =>
    (found ??= {
      cpuPercent: NaN,
      memoryMb: NaN,
      eventLoopP95Ms: NaN,
      requestsPerMinute: NaN,
      isRouted: false,
    })
  readDynos(frame, dyno, {
    requests: instance === undefined ? () => sum : undefined,
    dyno: ({ isRouted, memoryMb }) => {
      if (instance !== undefined) return
      figures().isRouted ||= isRouted
      ownMemory = memoryMb
    },
    row: (row) => {
      if (instance !== undefined && row.process.id !== instance) return
      const into = figures()
      for (const name of FIGURES) into[name] = joined(name, into[name], row[name])
    },
  })
  if (found && Number.isNaN(found.memoryMb)) found.memoryMb = ownMemory
  return found
}

export function joined(name: (typeof FIGURES)[number], one: number, other: number): number {
  if (Number.isNaN(other)) return one
  if (Number.isNaN(one)) return other
  return name === 'eventLoopP95Ms' ? Math.max(one, other) : one + other
}

/** Means, and of p95 and the like the worst, of the spans of one point. */
class Point {
  private readonly sums = FIGURES.map(() => 0)
  private readonly counts = FIGURES.map(() => 0)
  private dynos = 0
  private dynoCounts = 0
  private worstLoop = NaN
  private routedMs = 0
  readonly requests = new RequestSum(new Float64Array(CLASSES))

  add(frame: Frame, of: HistoryOf): void {
    if (of.dyno === undefined && !Number.isNaN(frame.dynoCount)) {
      this.dynos += frame.dynoCount
      this.dynoCounts += 1
    }
    const passed = frame.until - frame.since
    const isRate = passed >= RATE_AFTER
    const figures = figuresIn(frame, of, isRate ? this.requests : new RequestSum())
    if (!figures) return
    if (figures.isRouted && isRate) this.routedMs += passed
    for (const [at, name] of FIGURES.entries()) {
      const value = figures[name]
      if (Number.isNaN(value)) continue
      this.sums[at]! += value
      this.counts[at]! += 1
    }
    this.worstLoop = joined('eventLoopP95Ms', this.worstLoop, figures.eventLoopP95Ms)
  }

  putInto(series: HistorySeries, at: number): void {
    const mean = (index: number) => this.sums[index]! / this.counts[index]!
    series.cpuPercent[at] = mean(0)
    series.memoryMb[at] = mean(1)
    series.eventLoopP95Ms[at] = this.worstLoop
    const rate = (count: number) => (count * MINUTE) / this.routedMs
    const isRouted = this.routedMs > 0
    series.requestsPerMinute[at] = isRouted ? rate(this.requests.all) : mean(3)
    series.clientErrorsPerMinute[at] = isRouted ? rate(this.requests.clientErrors) : NaN
    series.serverErrorsPerMinute[at] = isRouted ? rate(this.requests.serverErrors) : NaN
    const times = this.requests.times!
    series.serviceP50Ms[at] = percentile(times, 0.5)
    series.serviceP95Ms[at] = percentile(times, 0.95)
    series.serviceP99Ms[at] = percentile(times, 0.99)
    series.dynoCount[at] = this.dynos / this.dynoCounts
  }
}

/**
 * The values of a stretch of time. Its points lie on whole multiples of their distance, so that the
 * same time is the same point in every answer.
 * @param between the records of a stretch, oldest first
 */
export function seriesOf(
  between: (from: number, to: number) => readonly Frame[],
  of: HistoryOf,
  { from, to, points }: HistoryRange,
): HistorySeries {
  const stepMs = SPAN * Math.max(1, Math.ceil((to - from) / SPAN / Math.max(1, points)))
  const first = Math.floor(from / stepMs) * stepMs
  const count = Math.max(0, Math.ceil((to - first) / stepMs))
  const series = emptySeries(first, stepMs, count)
  let at = -1
  let point: Point | undefined
  for (const frame of between(first, first + count * stepMs)) {
    const next = Math.floor((frame.span * SPAN - first) / stepMs)
    if (next !== at) {
      point?.putInto(series, at)
      point = new Point()
      at = next
    }
    point!.add(frame, of)
  }
  point?.putInto(series, at)
  return series
}

function emptySeries(first: number, stepMs: number, count: number): HistorySeries {
  const unknown = () => new Array<number>(count).fill(NaN)
  return {
    at: Array.from({ length: count }, (_, index) => first + index * stepMs),
    stepMs,
    cpuPercent: unknown(),
    memoryMb: unknown(),
    eventLoopP95Ms: unknown(),
    requestsPerMinute: unknown(),
    clientErrorsPerMinute: unknown(),
    serverErrorsPerMinute: unknown(),
    serviceP50Ms: unknown(),
    serviceP95Ms: unknown(),
    serviceP99Ms: unknown(),
    dynoCount: unknown(),
  }
}
