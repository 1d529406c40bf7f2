/** Dynos and their instances as rows of one list, sorted as monit sorts them. */
import type { DynoDocument, InstanceDocument } from '../../wire.js'
import { byName, duration } from '../format.js'
import type { Tone } from './parts.js'

export interface Row {
  /** `web.1`, `web.1 api:0` */
  key: string
  dyno: string
  type: string
  instance: string | undefined
  name: string
  state: string
  tone: Tone
  cpu: number | null
  memory: number | null
  limit: number | null
  loop: number | null
  requests: number | null
  restarts: number | null
  uptime: number | null
}

export const COLUMNS = [
  { id: 'cpu', name: 'CPU' },
  { id: 'memory', name: 'Memory' },
  { id: 'loop', name: 'Loop p95' },
  { id: 'requests', name: 'Req/min' },
  { id: 'restarts', name: 'Restarts' },
  { id: 'uptime', name: 'Uptime' },
] as const
export type Column = (typeof COLUMNS)[number]['id']
export interface Sort {
  by: Column
  isDescending: boolean
}

const DYNO_TONE: Record<string, Tone> = { up: 'good', crashed: 'bad', starting: 'warn' }

/** @param now ms since the epoch @param filter of names and states */
export function rowsOf(
  dynos: ReadonlyMap<string, DynoDocument>,
  { sort, filter, now }: { sort: Sort | undefined; filter: string; now: number },
): Row[] {
  const wanted = filter.toLowerCase()
  return [...dynos.values()]
    .map((dyno) => knownRows(dyno, sort, now))
    .sort(([one], [other]) => compare(one, other, sort))
    .flat()
    .filter(({ key, state }) => wanted === '' || `${key} ${state}`.toLowerCase().includes(wanted))
}

type DynoRows = [dyno: Row, ...instances: Row[]]
const known = new WeakMap<DynoDocument, { sort: Sort | undefined; rows: DynoRows }>()

/**
 * The rows of a dyno: the same ones as before if they say the same, so that they are not drawn
 * again. A dyno that changes is a new document.
 */
function knownRows(dyno: DynoDocument, sort: Sort | undefined, now: number): DynoRows {
  const before = known.get(dyno)
  if (before && before.sort === sort) {
    const [row, ...instances] = before.rows
    const uptime = uptimeOf(dyno, now)
    if (duration(row.uptime) === duration(uptime)) return before.rows
    return keep([{ ...row, uptime }, ...instances])
  }
  const row = dynoRow(dyno, now)
  const instances = dyno.instances.map((instance) => instanceRow(row, instance))
  return keep([row, ...instances.sort((one, other) => compare(one, other, sort))])

  function keep(rows: DynoRows): DynoRows {
    known.set(dyno, { sort, rows })
    return rows
  }
}

function compare(one: Row, other: Row, sort: Sort | undefined): number {
  if (sort) {
    const [mine, theirs] = [one[sort.by] ?? -1, other[sort.by] ?? -1]
    if (mine !== theirs) return sort.isDescending ? theirs - mine : mine - theirs
  }
  return byName(one.key, other.key)
}

const sum = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null)
  return known.length > 0 ? known.reduce((total, value) => total + value, 0) : null
}
const most = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null)
  return known.length > 0 ? Math.max(...known) : null
}

const uptimeOf = (dyno: DynoDocument, now: number): number =>
  Math.max(0, (now - Date.parse(dyno.created_at)) / 1000)

export function dynoRow(dyno: DynoDocument, now: number): Row {
  const { instances } = dyno
  return {
    key: dyno.name,
    dyno: dyno.name,
    type: dyno.type,
    instance: undefined,
    name: dyno.name,
    state: dyno.fault && dyno.state !== 'crashed' ? `${dyno.state} ${dyno.fault}` : dyno.state,
    tone: dyno.fault && dyno.state === 'up' ? 'warn' : (DYNO_TONE[dyno.state] ?? 'idle'),
    cpu: sum(instances.map((one) => one.cpu_percent)),
    memory: dyno.memory_mb ?? sum(instances.map((one) => one.memory_mb)),
    limit: dyno.memory_quota_mb,
    loop: most(instances.map((one) => one.event_loop_p95_ms)),
    requests: dyno.requests_per_minute ?? sum(instances.map((one) => one.requests_per_minute)),
    restarts: sum(instances.map((one) => one.restarts)),
    uptime: uptimeOf(dyno, now),
  }
}

export function instanceRow({ dyno, type }: Row, instance: InstanceDocument): Row {
  return {
    key: `${dyno} ${instance.id}`,
    dyno,
    type,
    instance: instance.id,
    name: instance.id,
    state: instance.status ?? 'unknown',
    tone:
      instance.status === 'online'
        ? 'good'
        : instance.status === 'errored' || instance.status === 'stopped'
          ? 'bad'
          : 'warn',
    cpu: instance.cpu_percent,
    memory: instance.memory_mb,
    limit: instance.memory_limit_mb,
    loop: instance.event_loop_p95_ms,
    requests: instance.requests_per_minute,
    restarts: instance.restarts,
    uptime: instance.uptime_seconds,
  }
}
