/** What lines change in the span that they belong to. */
import { ownText, statusAfter, type Change, type Reading, type Sample } from '../monitor/index.js'
import type { HistoryMark } from './history.js'
import { DynoSpan, MOST, type InstanceRow, type Span } from './span.js'

/** The dyno in a span, made if it is not there; undefined if the span is full. */
export function dynoIn(span: Span, name: string): DynoSpan | undefined {
  const known = span.dynos.get(name)
  if (known) return known
  if (span.dynos.size >= MOST.dynos) return undefined
  const made = new DynoSpan(ownText(name))
  span.dynos.set(made.name, made)
  return made
}

export function addMark(span: Span, mark: HistoryMark): void {
  const isKnown = span.marks.some(
    ({ at, place, text }) => at === mark.at && place === mark.place && text === mark.text,
  )
  if (!isKnown && span.marks.length < MOST.marks) span.marks.push(mark)
}

/** What a dyno's line changes in its span; `before` is the span right before it. */
export function takeReading(
  span: Span,
  dyno: DynoSpan,
  reading: Exclude<Reading, { kind: 'foreign' | 'request' | 'platform' }>,
  { time, before }: { time: number; before: Span | undefined },
): void {
  switch (reading.kind) {
    case 'sample':
      for (const sample of [reading, ...reading.others]) addSample(span, dyno, sample, time)
      break
    case 'change':
      addChange(span, dyno, reading, before?.dynos.get(dyno.name))
      break
    case 'figures':
      dyno.memoryMb = reading.memory ?? dyno.memoryMb
      dyno.loadAverage = reading.load ?? dyno.loadAverage
      dyno.isCarried = false
      break
    case 'over-quota':
      dyno.memoryMb ??= reading.memory
      break
  }
}

const idOf = ({ app, instance }: Sample | Change) => `${app}:${instance}`

const instancesOf = (span: Span): number => {
  let count = 0
  for (const { rows } of span.dynos.values()) count += rows.size
  return count
}

function addSample(span: Span, dyno: DynoSpan, sample: Sample, time: number): void {
  const id = idOf(sample)
  if (!dyno.rows.has(id) && instancesOf(span) >= MOST.instances) return
  dyno.rows.set(id, {
    process: {
      id,
      pid: sample.pid,
      restarts: sample.restarts,
      startedAt: time - sample.uptime * 1000,
      version: sample.version,
      memoryLimitMb: sample.memoryLimitMb,
    },
    status: sample.status,
    memoryMb: sample.memoryMb,
    cpuPercent: sample.cpuPercent,
    eventLoopP95Ms: sample.eventLoopP95Ms,
    requestsPerMinute: sample.requestsPerMinute,
    isCarried: false,
  })
}

/** An instance that ends has no figures until its successor tells some. */
function addChange(span: Span, dyno: DynoSpan, change: Change, before: DynoSpan | undefined): void {
  const { event, fields } = change
  const id = idOf(change)
  if (event === 'exit' && fields.removed !== undefined) {
    dyno.rows.delete(id)
    dyno.gone.add(id)
    return
  }
  const known = dyno.rows.get(id) ?? (dyno.isFresh ? undefined : before?.rows.get(id))
  const status = statusAfter(change, known?.status)
  if (!known && (status === undefined || instancesOf(span) >= MOST.instances)) return
  const row = known ?? emptyRow(id)
  const process = {
    ...row.process,
    pid: fields.pid === undefined ? row.process.pid : Number(fields.pid),
    restarts: fields.restarts === undefined ? row.process.restarts : Number(fields.restarts),
  }
  const isNew = event === 'start'
  dyno.rows.set(id, { ...(isNew ? emptyRow(id) : row), process, status, isCarried: false })
}

const emptyRow = (id: string): InstanceRow => ({
  process: {
    id,
    pid: undefined,
    restarts: undefined,
    startedAt: undefined,
    version: undefined,
    memoryLimitMb: undefined,
  },
  status: undefined,
  memoryMb: undefined,
  cpuPercent: undefined,
  eventLoopP95Ms: undefined,
  requestsPerMinute: undefined,
  isCarried: false,
})
