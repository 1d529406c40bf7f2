import { shortDuration } from '../lib/duration.js'
import type { AppMetric, DynoReport, InstanceReport } from '../monitor/index.js'
import type { Sort } from './flags.js'
import { colours } from './printable.js'
import { renderTable } from './table.js'

/** What is asked of a dyno for its instances' rows: of now, or of before. */
export type Holder = Pick<DynoReport, 'name' | 'memoryQuotaMb' | 'instances'>

/** An instance and the dyno that it is in. */
export interface Placed<Dyno extends Holder = Holder> {
  dyno: Dyno
  instance: InstanceReport
}

/** The column that gives way on a narrow terminal. */
const ID = 0

interface Column {
  head: string
  cell(instance: InstanceReport, dyno: Holder): string
}

const or = (value: number | string | null, unit = '') => (value === null ? '-' : `${value}${unit}`)

const COLUMNS: readonly Column[] = [
  { head: 'ID', cell: ({ id }) => id },
  { head: 'STATUS', cell: ({ status }) => or(status) },
  { head: 'PID', cell: ({ pid }) => or(pid) },
  { head: '↺', cell: ({ restarts }) => or(restarts) },
  {
    head: 'UPTIME',
    cell: ({ uptimeSeconds }) => (uptimeSeconds === null ? '-' : shortDuration(uptimeSeconds)),
  },
  {
    head: 'CPU',
    cell: ({ cpuPercent }) => or(cpuPercent === null ? null : Math.round(cpuPercent), '%'),
  },
  { head: 'MEMORY', cell: memoryOf },
  {
    head: 'LOOP',
    cell: ({ eventLoopP95Ms: late }) => or(late === null ? null : Number(late.toFixed(1)), 'ms'),
  },
  { head: 'RPM', cell: ({ requestsPerMinute }) => or(requestsPerMinute) },
  { head: 'VERSION', cell: ({ version }) => or(version) },
]

export const placed = <Dyno extends Holder>(dynos: readonly Dyno[]): Placed<Dyno>[] =>
  dynos.flatMap((dyno) => dyno.instances.map((instance) => ({ dyno, instance })))

/** PM2's `ls` over all dynos: the instances in one order, what is not known last. */
export function sortInstances<Dyno extends Holder>(
  rows: readonly Placed<Dyno>[],
  { field, isDescending }: Sort,
): Placed<Dyno>[] {
  const sign = isDescending ? -1 : 1
  const byDyno = (one: Placed, other: Placed) =>
    natural(one.dyno.name, other.dyno.name) || natural(one.instance.id, other.instance.id)
  return [...rows].sort((one, other) => {
    const [a, b] = [valueOf(one, field), valueOf(other, field)]
    if (a === null || b === null) return a === b ? byDyno(one, other) : a === null ? 1 : -1
    return (
      sign *
        (typeof a === 'number' && typeof b === 'number' ? a - b : natural(String(a), String(b))) ||
      byDyno(one, other)
    )
  })
}

/**
 * The same order for a report that keeps the dynos apart: each dyno's instances sorted, and the
 * dynos by the first of theirs.
 */
export function sortDynos<Dyno extends Holder>(dynos: readonly Dyno[], sort: Sort): Dyno[] {
  const order = sortInstances(placed(dynos), sort)
  const sorted = dynos.map((dyno) => ({
    ...dyno,
    instances: order.filter((row) => row.dyno === dyno).map(({ instance }) => instance),
  }))
  const place = (dyno: Holder) => {
    const at = order.findIndex((row) => row.dyno.name === dyno.name)
    return at < 0 ? Infinity : at
  }
  return sorted.sort((one, other) => place(one) - place(other) || 0)
}

/** web.2 before web.10. */
const natural = (one: string, other: string): number =>
  one.localeCompare(other, 'en', { numeric: true })

function valueOf({ dyno, instance }: Placed, field: Sort['field']): string | number | null {
  switch (field) {
    case 'dyno':
      return dyno.name
    case 'uptime':
      return instance.uptimeSeconds
    case 'cpu':
      return instance.cpuPercent
    case 'memory':
      return instance.memoryMb
    case 'loop':
      return instance.eventLoopP95Ms
    case 'requests':
      return instance.requestsPerMinute
    default:
      return instance[field]
  }
}

interface InstanceTableOptions {
  /** Columns of the terminal. */
  width: number | undefined
  /** Whether each row begins with its dyno. */
  withDyno?: boolean
  /** Columns before all others. */
  lead?: { head: string[]; cells(row: Placed): string[] }
}

/** Instances as a table; those that do not run are marked by colour on a terminal. */
export function renderInstances(
  rows: readonly Placed[],
  { width, withDyno = false, lead = { head: [], cells: () => [] } }: InstanceTableOptions,
): string {
  const c = colours()
  const cells = rows.map(({ dyno, instance }) => [
    ...lead.cells({ dyno, instance }),
    ...(withDyno ? [dyno.name] : []),
    ...COLUMNS.map(({ cell }) => cell(instance, dyno)),
  ])
  const [head, ...lines] = renderTable(
    [...lead.head, ...(withDyno ? ['DYNO'] : []), ...COLUMNS.map(({ head }) => head)],
    cells,
    { width, flexible: lead.head.length + (withDyno ? ID + 1 : ID) },
  ).split('\n')
  return [c.dim(head!), ...lines.map((line, row) => paintFor(rows[row]!.instance, c)(line))].join(
    '\n',
  )
}

/** Of the limit if there is one, else of the dyno, which all instances share. */
function memoryOf({ memoryMb, memoryLimitMb }: InstanceReport, { memoryQuotaMb }: Holder): string {
  if (memoryMb === null) return '-'
  const limit = memoryLimitMb ?? memoryQuotaMb
  return `${Math.round(memoryMb)}${limit === null ? '' : `/${Math.round(limit)}`} MB`
}

function paintFor(
  { status, memoryMb, memoryLimitMb }: InstanceReport,
  c: ReturnType<typeof colours>,
): (text: string) => string {
  if (status === 'errored' || status === 'stopped') return c.red
  if (
    status !== 'online' ||
    (memoryMb !== null && memoryLimitMb !== null && memoryMb > 0.9 * memoryLimitMb)
  )
    return c.yellow
  return (text) => text
}

/** `23 users`, `12.5 ms`, `63%`, `idle`. */
export function metricText({ value, unit }: AppMetric): string {
  return unit === null ? String(value) : unit === '%' ? `${value}%` : `${value} ${unit}`
}
