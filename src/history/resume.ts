import { ByteReader } from './bytes.js'
import type { Frame } from './frames.js'
import type { DynoFacts } from './names.js'
import { readAppFigures, readDynos } from './read-record.js'
import { FLAGS, readMarks } from './record.js'
import { DynoSpan, Span, SPAN } from './span.js'
import type { Spans } from './spans.js'

/** Goes on where a record ended: its last span takes more lines if it was written before its end. */
export function resume(spans: Spans, last: Frame | undefined): void {
  if (!last) return
  const isPartial = (last.flags & FLAGS.partial) !== 0
  if (last.flags & FLAGS.routed) spans.isAppRouted = true
  const facts: DynoFacts[] = []
  readDynos(last, undefined, {
    dyno(dyno) {
      facts.push(dyno.facts)
      if (dyno.isRouted) spans.knowRouted(dyno.facts.name)
    },
  })
  spans.resume(
    isPartial ? last.span - 1 : last.span,
    isPartial ? { span: spanIn(last), facts } : undefined,
    last.span * SPAN + last.until,
  )
}

const known = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value)

/** The span of a record. What stood as it was before it stands as its own. */
function spanIn(frame: Frame): Span {
  const span = new Span(frame.span, frame.since)
  span.until = frame.until
  span.dynoCount = known(frame.dynoCount)
  span.marks.push(...readMarks(frame.bytes, frame))
  const from = new ByteReader(frame.bytes, frame.bodyAt)
  readAppFigures(from)
  span.requests.read(from)
  const dynoOf = (name: string): DynoSpan => {
    const dyno = span.dynos.get(name) ?? new DynoSpan(name)
    span.dynos.set(name, dyno)
    return dyno
  }
  readDynos(frame, undefined, {
    requests: ({ facts }) => dynoOf(facts.name).requests,
    dyno({ facts, memoryMb, loadAverage }) {
      const dyno = dynoOf(facts.name)
      dyno.memoryMb = known(memoryMb)
      dyno.loadAverage = known(loadAverage)
    },
    row(row, { facts }) {
      dynoOf(facts.name).rows.set(row.process.id, {
        process: row.process,
        status: row.status,
        isCarried: row.isCarried,
        memoryMb: known(row.memoryMb),
        cpuPercent: known(row.cpuPercent),
        eventLoopP95Ms: known(row.eventLoopP95Ms),
        requestsPerMinute: known(row.requestsPerMinute),
      })
    },
  })
  return span
}
