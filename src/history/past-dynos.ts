import { naturalOrder } from '../lib/dyno-name.js'
import type { Frame } from './frames.js'
import type { PastDyno, PastInstance } from './history.js'
import { readDynos, type ReadDyno, type ReadRow } from './read-record.js'
import { RequestSum } from './requests.js'
import { MINUTE, RATE_AFTER } from './series.js'

/** PM2's words for an instance that has no process. */
const HALTED = new Set(['stopped', 'errored', 'waiting restart'])

const orNull = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value
const rounded = (value: number): number | null =>
  Number.isNaN(value) ? null : Math.round(value * 100) / 100

/**
 * The dynos of one span. One that the Platform API does not list besides others that it lists, and
 * of which only the span before told, had ended.
 */
export function pastDynosIn(frame: Frame): PastDyno[] {
  const found: { dyno: PastDyno; isTold: boolean }[] = []
  let sum = new RequestSum()
  readDynos(frame, undefined, {
    requests: () => (sum = new RequestSum()),
    dyno: (dyno) =>
      found.push({
        dyno: pastDyno(dyno, sum, frame.until - frame.since),
        isTold: !Number.isNaN(dyno.memoryMb) || sum.all > 0,
      }),
    row(row) {
      const { dyno, ...last } = found.at(-1)!
      dyno.instances.push(pastInstance(row))
      found[found.length - 1] = { dyno, isTold: last.isTold || !row.isCarried }
    },
  })
  const isListed = found.some(({ dyno }) => dyno.state !== null)
  return found
    .filter(({ dyno, isTold }) => !isListed || dyno.state !== null || isTold)
    .map(({ dyno }) => withMemory(inOrder(dyno)))
}

function pastDyno(
  { facts, isRouted, memoryMb, loadAverage }: ReadDyno,
  sum: RequestSum,
  passed: number,
): PastDyno {
  const rate = (count: number) =>
    isRouted && passed >= RATE_AFTER ? Math.round((count * MINUTE) / passed) : null
  return {
    name: facts.name,
    id: facts.id ?? null,
    type: facts.type ?? null,
    size: facts.size ?? null,
    state: facts.state ?? null,
    command: facts.command ?? null,
    release: facts.release ?? null,
    created_at: facts.created_at ?? null,
    updated_at: facts.updated_at ?? null,
    memoryMb: rounded(memoryMb),
    loadAverage: rounded(loadAverage),
    requestsPerMinute: rate(sum.all),
    errorsPerMinute: rate(sum.serverErrors),
    instances: [],
  }
}

function pastInstance({ process, status, ...figures }: ReadRow): PastInstance {
  const isHalted = status !== undefined && HALTED.has(status)
  return {
    id: process.id,
    pid: isHalted ? null : orNull(process.pid),
    status: status ?? null,
    restarts: orNull(process.restarts),
    startedAt: isHalted ? null : orNull(process.startedAt),
    version: process.version ?? null,
    memoryLimitMb: orNull(process.memoryLimitMb && Math.round(process.memoryLimitMb * 10) / 10),
    memoryMb: rounded(figures.memoryMb),
    cpuPercent: rounded(figures.cpuPercent),
    eventLoopP95Ms: rounded(figures.eventLoopP95Ms),
    requestsPerMinute: rounded(figures.requestsPerMinute),
  }
}

/** As they are told now: the log has each when it comes. */
const inOrder = (dyno: PastDyno): PastDyno => ({
  ...dyno,
  instances: dyno.instances.toSorted((one, other) => naturalOrder(one.id, other.id)),
})

/** Of its instances together, where Heroku told nothing of the dyno. */
function withMemory(dyno: PastDyno): PastDyno {
  const known = dyno.instances.flatMap(({ memoryMb }) => memoryMb ?? [])
  if (dyno.memoryMb !== null || known.length === 0) return dyno
  return { ...dyno, memoryMb: rounded(known.reduce((sum, one) => sum + one, 0)) }
}
