/**
 * A record: one span in bytes. All numbers are those of bytes.ts.
 *
 *   span, flags, since and until (ms of it), dynos that ran + 1
 *   a part: definitions of names
 *   a part: marks
 *   the app: CPU, memory, event loop, requests a minute of all instances; requests
 *   the number of dynos, and a part for each:
 *     its number, flags, memory, load, requests, the number of instances, and for each
 *       the distance from the number of the one before, flags and status, memory, CPU, loop, rpm
 */
import { ByteReader, ByteWriter } from './bytes.js'
import type { HistoryMark } from './history.js'
import type { Names } from './names.js'
import { SPAN, type DynoSpan, type InstanceRow, type Span, type Surroundings } from './span.js'

/** The version of all that is written here. */
export const FORMAT = 1

/** How finely figures are kept: each is at most half of this from what was told. */
export const UNITS = {
  memoryMb: 0.1,
  cpuPercent: 0.1,
  eventLoopP95Ms: 0.1,
  requestsPerMinute: 1,
  loadAverage: 0.01,
} as const

export const FLAGS = { partial: 1, anew: 2, routed: 4, marked: 8 } as const
export const ROW_IS_CARRIED = 8
const STATUSES = [
  undefined,
  'online',
  'launching',
  'stopping',
  'stopped',
  'errored',
  'waiting restart',
] as const
export const statusOf = (code: number): string | undefined => STATUSES[code & 7]
const KINDS: readonly HistoryMark['kind'][] = [
  'release',
  'restart',
  'crash',
  'memory',
  'scale',
  'config',
  'fault',
]

const definitions = new ByteWriter()
const marks = new ByteWriter()
const body = new ByteWriter()
const block = new ByteWriter()

interface How {
  isPartial: boolean
  /** Whether all records of this time and later that were written before are void. */
  isAnew: boolean
}

/** Writes a span; the names that it needs are defined in it. */
export function writeRecord(
  to: ByteWriter,
  span: Span,
  names: Names,
  around: Surroundings,
  { isPartial, isAnew }: How,
): void {
  body.clear()
  writeApp(body, span)
  const blocks = [...span.dynos.values()].flatMap((dyno) => {
    const number = names.dyno(around.facts(dyno.name, span.number))
    return number === undefined ? [] : [{ dyno, number }]
  })
  body.count(blocks.length)
  for (const { dyno, number } of blocks) {
    writeDyno(block, dyno, number, names, around.isDynoRouted(dyno.name))
    body.part(block)
  }
  definitions.clear()
  names.writeNew(definitions)
  writeMarks(marks, span)
  to.count(span.number)
  to.byte(
    (isPartial ? FLAGS.partial : 0) |
      (isAnew ? FLAGS.anew : 0) |
      (around.isAppRouted ? FLAGS.routed : 0) |
      (span.marks.length > 0 ? FLAGS.marked : 0),
  )
  to.count(span.since)
  to.count(span.until)
  to.figure(span.dynoCount, 1)
  to.part(definitions)
  to.part(marks)
  to.part(body)
}

function writeApp(to: ByteWriter, span: Span): void {
  const sum = { cpuPercent: NaN, memoryMb: NaN, eventLoopP95Ms: NaN, requestsPerMinute: NaN }
  const add = (name: keyof typeof sum, value: number | undefined, isWorst = false) => {
    if (value === undefined || Number.isNaN(value)) return
    const before = sum[name]
    sum[name] = Number.isNaN(before) ? value : isWorst ? Math.max(before, value) : before + value
  }
  for (const dyno of span.dynos.values()) {
    if (dyno.rows.size === 0) add('memoryMb', dyno.memoryMb)
    for (const row of dyno.rows.values()) {
      add('cpuPercent', row.cpuPercent)
      add('memoryMb', row.memoryMb)
      add('eventLoopP95Ms', row.eventLoopP95Ms, true)
      add('requestsPerMinute', row.requestsPerMinute)
    }
  }
  to.figure(sum.cpuPercent, UNITS.cpuPercent)
  to.figure(sum.memoryMb, UNITS.memoryMb)
  to.figure(sum.eventLoopP95Ms, UNITS.eventLoopP95Ms)
  to.figure(sum.requestsPerMinute, UNITS.requestsPerMinute)
  span.requests.write(to, true)
}

function writeDyno(
  to: ByteWriter,
  dyno: DynoSpan,
  number: number,
  names: Names,
  isRouted: boolean,
): void {
  to.clear()
  to.count(number)
  to.byte(isRouted ? FLAGS.routed : 0)
  to.figure(dyno.memoryMb, UNITS.memoryMb)
  to.figure(dyno.loadAverage, UNITS.loadAverage)
  dyno.requests.write(to, false)
  const rows = [...dyno.rows.values()]
    .flatMap((row) => {
      const process = names.process(dyno.name, row.process)
      return process === undefined ? [] : [{ row, process }]
    })
    .sort((one, other) => one.process - other.process)
  to.count(rows.length)
  let last = 0
  for (const { row, process } of rows) {
    to.count(process - last)
    last = process
    writeRow(to, row)
  }
}

function writeRow(to: ByteWriter, row: InstanceRow): void {
  const status = Math.max(0, STATUSES.indexOf(row.status as (typeof STATUSES)[number]))
  to.byte(status | (row.isCarried ? ROW_IS_CARRIED : 0))
  to.figure(row.memoryMb, UNITS.memoryMb)
  to.figure(row.cpuPercent, UNITS.cpuPercent)
  to.figure(row.eventLoopP95Ms, UNITS.eventLoopP95Ms)
  to.figure(row.requestsPerMinute, UNITS.requestsPerMinute)
}

function writeMarks(to: ByteWriter, span: Span): void {
  to.clear()
  to.count(span.marks.length)
  for (const { at, kind, place, text, isBad } of span.marks) {
    to.count(at - span.number * SPAN)
    to.byte(2 * KINDS.indexOf(kind) + (isBad ? 1 : 0))
    to.text(place)
    to.text(text)
  }
}

/** The first fields of a record: the rest is read as it is asked for. */
export interface Head {
  span: number
  flags: number
  since: number
  until: number
  dynoCount: number
  definitionsAt: number
  marksAt: number
  bodyAt: number
}

export function readHead(bytes: Buffer): Head {
  const from = new ByteReader(bytes)
  return {
    span: from.count(),
    flags: from.byte(),
    since: from.count(),
    until: from.count(),
    dynoCount: from.figure(1),
    definitionsAt: from.skipPart(),
    marksAt: from.skipPart(),
    bodyAt: from.skipPart(),
  }
}

export function readMarks(bytes: Buffer, { span, marksAt }: Head): HistoryMark[] {
  const from = new ByteReader(bytes, marksAt)
  return Array.from({ length: from.count() }, () => {
    const at = span * SPAN + from.count()
    const kind = from.byte()
    const [place, text] = [from.text(), from.text()]
    return { at, kind: KINDS[kind >> 1] ?? 'fault', place, text, isBad: (kind & 1) === 1 }
  })
}
