import type { DynoReport, InstanceReport } from '../../monitor/index.js'
import { metricText, placed, sortInstances } from '../instances.js'
import type { Sort } from '../flags.js'

/** A line of the list: the app, a dyno, or an instance in one. Null is what no line has told. */
export interface Row {
  /**
   * '' is the app, `web.1` a dyno, `web.1 api:0` an instance: what the cursor remembers while rows
   * come and go.
   */
  key: string
  dyno: string | undefined
  type: string | undefined
  instance: string | undefined
  name: string
  status: string
  tone: 'good' | 'warn' | 'bad'
  cpu: number | null
  memory: number | null
  limit: number | null
  loop: number | null
  requests: number | null
  restarts: number | null
  uptimeSeconds: number | null
  /** The app's own metrics, each as a line. */
  metrics: readonly string[]
}

const SORTED_BY = [undefined, 'cpu', 'memory', 'loop', 'requests', 'restarts'] as const

/**
 * What `s` makes of an order: dynos with their instances below them, then all instances with the
 * most of each figure first.
 */
export function nextSort(sort: Sort | undefined): Sort | undefined {
  const field =
    SORTED_BY[(SORTED_BY.findIndex((one) => one === sort?.field) + 1) % SORTED_BY.length]
  return field && { field, isDescending: true }
}

interface ListOptions {
  sort: Sort | undefined
  filter: string
  /** Its row stays, whatever the filter. */
  cursor?: string
  now: number
  /** Whether the list is of instances alone, without dynos around them. */
  isFlat?: boolean
}

/**
 * The list's lines in their order. A filter that no dyno and no instance fits leaves them all: it
 * is meant for the log then.
 */
export function rowsOf(
  app: string,
  dynos: readonly DynoReport[],
  { sort, filter, cursor = '', now, isFlat = false }: ListOptions,
): Row[] {
  const wanted = filter.toLowerCase()
  const fits = ({ name, status }: Row) => `${name} ${status}`.toLowerCase().includes(wanted)
  const all = sort
    ? sortInstances(placed(dynos), sort).map(({ dyno, instance }) =>
        instanceRow(dyno, instance, isFlat ? instance.id : `${dyno.name} ${instance.id}`),
      )
    : dynos.flatMap((dyno) => [
        ...(isFlat ? [] : [dynoRow(dyno, now)]),
        ...dyno.instances.map((instance) => instanceRow(dyno, instance, `  ${instance.id}`)),
      ])
  const fitting = new Set(wanted === '' ? all : all.filter(fits))
  const dynosOf = new Set([...fitting].map(({ dyno }) => dyno))
  const isShown = (row: Row) =>
    fitting.has(row) || row.key === cursor || (row.instance === undefined && dynosOf.has(row.dyno))
  return [
    isFlat ? ofInstances(appRow(app, dynos), dynos) : appRow(app, dynos),
    ...(fitting.size > 0 ? all.filter(isShown) : all),
  ]
}

type Figure = keyof {
  [Key in keyof InstanceReport as InstanceReport[Key] extends number | null ? Key : never]: true
}

const total = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)
}
const worst = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.max(...known)
}
const metricLines = (instances: readonly InstanceReport[], place: string) =>
  instances.flatMap(({ id, metrics }) =>
    metrics.map((metric) => `${place}${id} ${metric.name} ${metricText(metric)}`),
  )
const of = (instances: readonly InstanceReport[], figure: Figure) =>
  instances.map((instance) => instance[figure])

function appRow(app: string, dynos: readonly DynoReport[]): Row {
  const instances = dynos.flatMap((dyno) => dyno.instances)
  const up = dynos.filter(({ state }) => state === 'up' || state === 'idle').length
  return {
    key: '',
    dyno: undefined,
    type: undefined,
    instance: undefined,
    name: app,
    status: `${up}/${dynos.length} up`,
    tone: dynos.some(({ state }) => state === 'crashed')
      ? 'bad'
      : up < dynos.length
        ? 'warn'
        : 'good',
    cpu: total(of(instances, 'cpuPercent')),
    memory: total(dynos.map(({ memoryMb }) => memoryMb)),
    limit: null,
    loop: worst(of(instances, 'eventLoopP95Ms')),
    requests:
      total(dynos.map(({ requestsPerMinute }) => requestsPerMinute)) ??
      total(of(instances, 'requestsPerMinute')),
    restarts: total(of(instances, 'restarts')),
    uptimeSeconds: null,
    metrics: dynos.flatMap(({ name, instances: its }) => metricLines(its, `${name} `)),
  }
}

function ofInstances(row: Row, dynos: readonly DynoReport[]): Row {
  const instances = dynos.flatMap((dyno) => dyno.instances)
  const online = instances.filter(({ status }) => status === 'online').length
  return {
    ...row,
    status: `${online}/${instances.length} up`,
    tone: instances.some(({ status }) => status === 'errored')
      ? 'bad'
      : online < instances.length
        ? 'warn'
        : 'good',
  }
}

function dynoRow(dyno: DynoReport, now: number): Row {
  const { name, type, state, instances, memoryMb, memoryQuotaMb, requestsPerMinute, fault } = dyno
  return {
    key: name,
    dyno: name,
    type,
    instance: undefined,
    name,
    status: fault === null || state !== 'up' ? state : `${state} ${fault}`,
    tone:
      state === 'crashed'
        ? 'bad'
        : (state === 'up' || state === 'idle') && fault === null
          ? 'good'
          : 'warn',
    cpu: total(of(instances, 'cpuPercent')),
    memory: memoryMb,
    limit: memoryQuotaMb,
    loop: worst(of(instances, 'eventLoopP95Ms')),
    requests: requestsPerMinute ?? total(of(instances, 'requestsPerMinute')),
    restarts: total(of(instances, 'restarts')),
    metrics: metricLines(instances, ''),
    uptimeSeconds: state === 'up' ? Math.max(0, (now - Date.parse(dyno.updated_at)) / 1000) : null,
  }
}

function instanceRow(dyno: DynoReport, instance: InstanceReport, name: string): Row {
  const { id, status, memoryMb, memoryLimitMb } = instance
  const isNearLimit = memoryMb !== null && memoryLimitMb !== null && memoryMb > 0.9 * memoryLimitMb
  return {
    key: `${dyno.name} ${id}`,
    dyno: dyno.name,
    type: dyno.type,
    instance: id,
    name,
    status: status ?? '-',
    tone:
      status === 'errored' || status === 'stopped'
        ? 'bad'
        : status !== 'online' || isNearLimit
          ? 'warn'
          : 'good',
    cpu: instance.cpuPercent,
    memory: memoryMb,
    limit: memoryLimitMb,
    loop: instance.eventLoopP95Ms,
    requests: instance.requestsPerMinute,
    restarts: instance.restarts,
    uptimeSeconds: instance.uptimeSeconds,
    metrics: instance.metrics.map((metric) => `${metric.name} ${metricText(metric)}`),
  }
}
