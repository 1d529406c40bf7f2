import { ByteReader } from './bytes.js'
import type { Frame } from './frames.js'
import type { DynoFacts, ProcessFacts } from './names.js'
import { FLAGS, ROW_IS_CARRIED, statusOf, UNITS } from './record.js'
import { type RequestSum, skipRequests } from './requests.js'

/** NaN is what nobody told. */
export interface ReadFigures {
  cpuPercent: number
  memoryMb: number
  eventLoopP95Ms: number
  requestsPerMinute: number
}

export interface ReadRow extends ReadFigures {
  process: ProcessFacts
  status: string | undefined
  isCarried: boolean
}

export interface ReadDyno {
  facts: DynoFacts
  isRouted: boolean
  memoryMb: number
  loadAverage: number
}

export function readAppFigures(from: ByteReader): ReadFigures {
  return {
    cpuPercent: from.figure(UNITS.cpuPercent),
    memoryMb: from.figure(UNITS.memoryMb),
    eventLoopP95Ms: from.figure(UNITS.eventLoopP95Ms),
    requestsPerMinute: from.figure(UNITS.requestsPerMinute),
  }
}

interface Visitor {
  /** Where the dyno's requests are added up; undefined passes over them. */
  requests?: ((dyno: ReadDyno) => Pick<RequestSum, 'read'>) | undefined
  row?(row: ReadRow, dyno: ReadDyno): void
  dyno?(dyno: ReadDyno): void
}

/** Visits the dynos of a record, or those of one name, and their instances. */
export function readDynos(frame: Frame, name: string | undefined, visit: Visitor): void {
  const { bytes, names, bodyAt } = frame
  const from = new ByteReader(bytes, bodyAt)
  readAppFigures(from)
  skipRequests(from)
  for (let left = from.count(); left > 0; left -= 1) {
    const end = from.count() + from.at
    const facts = names.dynos[from.count()]
    if (facts && (name === undefined || facts.name === name)) readDyno(from, frame, facts, visit)
    from.at = end
  }
}

function readDyno(from: ByteReader, { names }: Frame, facts: DynoFacts, visit: Visitor): void {
  const dyno = {
    facts,
    isRouted: (from.byte() & FLAGS.routed) !== 0,
    memoryMb: from.figure(UNITS.memoryMb),
    loadAverage: from.figure(UNITS.loadAverage),
  }
  const sum = visit.requests?.(dyno)
  if (sum) sum.read(from)
  else skipRequests(from)
  visit.dyno?.(dyno)
  if (!visit.row) return
  let number = 0
  for (let left = from.count(); left > 0; left -= 1) {
    number += from.count()
    const code = from.byte()
    const memoryMb = from.figure(UNITS.memoryMb)
    const cpuPercent = from.figure(UNITS.cpuPercent)
    const eventLoopP95Ms = from.figure(UNITS.eventLoopP95Ms)
    const requestsPerMinute = from.figure(UNITS.requestsPerMinute)
    const process = names.processes[number]
    if (process)
      visit.row(
        {
          process,
          status: statusOf(code),
          isCarried: (code & ROW_IS_CARRIED) !== 0,
          memoryMb,
          cpuPercent,
          eventLoopP95Ms,
          requestsPerMinute,
        },
        dyno,
      )
  }
}
