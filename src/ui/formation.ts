/** The formation and its dynos as `ps` lists them, and what a scale changes. */
import { formatDynoCount } from '../lib/dyno-count.js'
import type { DynoReport } from '../monitor/index.js'
import { costInWords, type InstancesPlan, type ScaleChange } from '../operate/index.js'
import { timeAndAge } from './phrases.js'
import type { Sort } from './flags.js'
import { placed, renderInstances, sortInstances } from './instances.js'
import { colours, printable } from './printable.js'
import { renderTable } from './table.js'

/** A dyno as a list has it; null is what is not known of one of before. */
interface Listed {
  name: string
  type: string
  size: string | null
  command: string | null
  state: string | null
  release: { version: number } | null
  updated_at: string | null
}

/** The same with its figures and instances. */
export type ListedReport = Listed &
  Pick<
    DynoReport,
    | 'memoryMb'
    | 'memoryQuotaMb'
    | 'loadAverage'
    | 'requestsPerMinute'
    | 'errorsPerMinute'
    | 'fault'
    | 'instances'
  >

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
  dynos: readonly ListedReport[],
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

function memoryOf({ memoryMb, memoryQuotaMb }: ListedReport): string {
  if (memoryMb === null) return ''
  return memoryQuotaMb === null
    ? `${Math.round(memoryMb)} MB`
    : `${Math.round(memoryMb)} of ${Math.round(memoryQuotaMb)} MB`
}

const trafficOf = ({ requestsPerMinute, errorsPerMinute }: ListedReport): string =>
  requestsPerMinute
    ? `${requestsPerMinute} req/min${errorsPerMinute ? `, ${errorsPerMinute} failed` : ''}`
    : ''

interface DynoListOptions<D extends Listed> {
  now: number
  /** What else the dyno's line tells, after its release. */
  about?(dyno: D): string[]
  /** Lines to put below it. */
  below?(dyno: D): string | undefined
}

/**
 * Dynos, sorted as they come, in Heroku's form: a head for each process type, a line for each dyno.
 */
function renderDynos<D extends Listed>(
  dynos: readonly D[],
  { now, about = () => [], below = () => undefined }: DynoListOptions<D>,
): string {
  const c = colours()
  const state = ({ state: word }: Listed) =>
    (word === 'up' ? c.green : word === 'crashed' ? c.red : c.yellow)(word ?? 'state not known')
  const types = [...new Set(dynos.map(({ type }) => type))].sort()
  return types
    .map((type) => {
      const ofType = dynos.filter((dyno) => dyno.type === type)
      const isOneOff = type === 'run'
      const head = isOneOff
        ? `=== ${c.bold('run')}: one-off processes (${ofType.length})`
        : `=== ${c.bold(type)}${sizeOf(ofType[0]!)}${commandOf(ofType[0]!)} ` + `(${ofType.length})`
      const lines = ofType.flatMap((dyno) => {
        const name = isOneOff ? `${dyno.name}${sizeOf(dyno)}` : dyno.name
        const line =
          `${name}: ${[[state(dyno), since(dyno, now)].filter(Boolean).join(' '), ...releaseOf(dyno), ...about(dyno)].join(', ')}` +
          (isOneOff ? commandOf(dyno) : '')
        return [line, below(dyno) ?? []].flat()
      })
      return [head, ...lines].join('\n')
    })
    .join('\n\n')
}

const sizeOf = ({ size }: Listed) => (size === null ? '' : ` (${size})`)
const commandOf = ({ command }: Listed) => (command === null ? '' : `: ${printable(command)}`)
const releaseOf = ({ release }: Listed) => (release === null ? [] : [`v${release.version}`])
const since = ({ updated_at: at }: Listed, now: number) => (at === null ? '' : timeAndAge(at, now))

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
