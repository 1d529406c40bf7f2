/** The formation and its dynos as `ps` lists them, and what a scale changes. */
import type { Dyno } from '../heroku/index.js'
import { formatDynoCount } from '../lib/dyno-count.js'
import type { DynoReport } from '../monitor/index.js'
import { costInWords, type InstancesPlan, type ScaleChange } from '../operate/index.js'
import { timeAndAge } from './phrases.js'
import type { Sort } from './flags.js'
import { placed, renderInstances, sortInstances } from './instances.js'
import { colours, printable } from './printable.js'
import { renderTable } from './table.js'

interface FormationView {
  sort?: Sort | undefined
  /** Columns of the terminal; undefined off one. */
  width: number | undefined
}

/**
 * The formation as `ps` shows it: each dyno with its instances below it, or with `sort` all
 * instances in one table, as `pm2 ls` has them.
 */
export function renderFormation(
  dynos: readonly DynoReport[],
  { sort, width }: FormationView,
  now = Date.now(),
): string {
  const rows = placed(dynos)
  if (sort && rows.length > 0)
    return renderInstances(sortInstances(rows, sort), { width, withDyno: true })
  const indented = (text: string) =>
    text
      .split('\n')
      .map((line) => `  ${line}`)
      .join('\n')
  return renderDynos(dynos, {
    now,
    about: (dyno) =>
      [
        memoryOf(dyno),
        dyno.loadAverage === null ? '' : `load ${dyno.loadAverage}`,
        trafficOf(dyno),
        dyno.fault ?? '',
      ].filter(Boolean),
    below: (dyno) =>
      dyno.instances.length > 0
        ? indented(renderInstances(placed([dyno]), { width: width && width - 2 }))
        : undefined,
  })
}

function memoryOf({ memoryMb, memoryQuotaMb }: DynoReport): string {
  if (memoryMb === null) return ''
  return memoryQuotaMb === null
    ? `${Math.round(memoryMb)} MB`
    : `${Math.round(memoryMb)} of ${Math.round(memoryQuotaMb)} MB`
}

const trafficOf = ({ requestsPerMinute, errorsPerMinute }: DynoReport): string =>
  requestsPerMinute
    ? `${requestsPerMinute} req/min${errorsPerMinute ? `, ${errorsPerMinute} failed` : ''}`
    : ''

interface DynoListOptions<D extends Dyno> {
  now: number
  /** What else the dyno's line tells, after its release. */
  about?(dyno: D): string[]
  /** Lines to put below it. */
  below?(dyno: D): string | undefined
}

/**
 * Dynos, sorted as they come, in Heroku's form: a head for each process type, a line for each dyno.
 */
export function renderDynos<D extends Dyno>(
  dynos: readonly D[],
  { now, about = () => [], below = () => undefined }: DynoListOptions<D>,
): string {
  const c = colours()
  const state = (dyno: Dyno) =>
    (dyno.state === 'up' ? c.green : dyno.state === 'crashed' ? c.red : c.yellow)(dyno.state)
  const types = [...new Set(dynos.map(({ type }) => type))].sort()
  return types
    .map((type) => {
      const ofType = dynos.filter((dyno) => dyno.type === type)
      const isOneOff = type === 'run'
      const head = isOneOff
        ? `=== ${c.bold('run')}: one-off processes (${ofType.length})`
        : `=== ${c.bold(type)} (${ofType[0]!.size}): ${printable(ofType[0]!.command)} ` +
          `(${ofType.length})`
      const lines = ofType.flatMap((dyno) => {
        const name = isOneOff ? `${dyno.name} (${dyno.size})` : dyno.name
        const line =
          `${name}: ${state(dyno)} ${timeAndAge(dyno.updated_at, now)}, ` +
          `${[`v${dyno.release.version}`, ...about(dyno)].join(', ')}${isOneOff ? `: ${printable(dyno.command)}` : ''}`
        return [line, below(dyno) ?? []].flat()
      })
      return [head, ...lines].join('\n')
    })
    .join('\n\n')
}

/** What a scale changes: before, after, and what that does to the bill. */
export function renderScale(
  changes: readonly ScaleChange[],
  instances: InstancesPlan['changes'],
): string {
  const rows = [
    ...changes.map(({ type, before, after, ...cost }) => [
      type,
      formatDynoCount(before),
      '→',
      formatDynoCount(after),
      costInWords(cost),
    ]),
    ...instances.map(({ app, before, after }) => [
      `${app} (instances)`,
      String(before),
      '→',
      String(after),
      '',
    ]),
  ]
  const hasCost = changes.length > 0
  return renderTable(
    ['PROCESS', 'BEFORE', '', 'AFTER', ...(hasCost ? ['COST'] : [])],
    hasCost ? rows : rows.map((row) => row.slice(0, -1)),
  )
}
