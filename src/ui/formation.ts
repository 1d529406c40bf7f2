/**
 * The formation and its dynos as `ps` lists them, why figures are missing, and what a scale changes.
 */
import type { Dyno } from '../heroku/index.js'
import { formatDynoCount } from '../lib/dyno-count.js'
import { writeErr } from '../lib/terminal.js'
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

/** Seconds in which the runtime prints its first figures. */
const FIRST_FIGURES = 25

/**
 * Why figures are missing, as sentences; undefined if none are.
 * @param watched ms of the log that were looked at for them, see Look
 */
export function missingFigures(
  dynos: readonly DynoReport[],
  watched = Infinity,
  now = Date.now(),
): string | undefined {
  const silent = dynos.filter(
    ({ state, type, figuresFrom }) =>
      state === 'up' && type !== 'run' && figuresFrom !== 'shipit-runtime',
  )
  if (silent.length > 0) return silence(silent, watched, now)
  const isWaiting = dynos.some(({ instances }) =>
    instances.some(({ status, memoryMb }) => status === 'online' && memoryMb === null),
  )
  return isWaiting
    ? 'Some figures are not there yet: shipit-runtime prints them every 20 s.'
    : undefined
}

function silence(silent: readonly DynoReport[], watched: number, now: number): string {
  const isYoung = silent.every(
    ({ updated_at }) => now - Date.parse(updated_at) < FIRST_FIGURES * 1000,
  )
  const names = namesOf(silent)
  const isHerokus = silent.every(({ figuresFrom }) => figuresFrom === 'log-runtime-metrics')
  if (isYoung)
    return (
      `No ${isHerokus ? 'instances' : 'figures'} of ${names} yet: shipit-runtime prints them ` +
      'every 20 s.'
    )
  const { app } = silent[0]!
  if (watched < FIGURES_EVERY) {
    return (
      `No instances of ${names} yet: the log is so busy that the lines which Heroku keeps reach ` +
      `back ${Math.max(1, Math.round(watched / 1000))} s, and shipit-runtime prints figures ` +
      `every 20 s. \`shipit ps --watch --app ${app.name}\` shows them as they come.`
    )
  }
  const time = Number.isFinite(watched)
    ? `in ${Math.round(watched / 1000)} s of the app's log`
    : "the app's recent log"
  const why = Number.isFinite(watched)
    ? `No instances of ${names}: shipit-runtime printed nothing ${time}, so either the app does ` +
      `not run under it (\`shipit init\` sets that up), or SHIPIT_METRICS turns its figures off ` +
      'or makes them rarer.'
    : `No instances of ${names}: ${time} has no lines of shipit-runtime. \`shipit init\` lets ` +
      'an app run under it.'
  return isHerokus
    ? `${why}\nMemory and load are Heroku's own figures (log-runtime-metrics).`
    : `${why}\nHeroku alone tells a dyno's memory and load, once log-runtime-metrics is ` +
        `enabled: heroku labs:enable log-runtime-metrics --app ${app.name}, then shipit restart ` +
        `--app ${app.name}`
}

/** ms between two lines of figures. */
const FIGURES_EVERY = 20_000

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

/** One line on stderr, so that nobody takes the wait for a hang. @param most ms */
export function waitingForFigures(missing: readonly Dyno[], most: number): void {
  writeErr(
    `The log is so busy that its recent lines hold no figures of ${namesOf(missing)}: waiting up to ` +
      `${Math.round(most / 1000)} s for the next ones.\n`,
  )
}

const namesOf = (dynos: readonly Dyno[]): string =>
  dynos.length > 3 ? `${dynos.length} dynos` : dynos.map(({ name }) => name).join(', ')

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
