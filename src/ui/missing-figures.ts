/** What is said of figures that are not there: apart from the tables, which a document needs none of. */
import type { Dyno } from '../heroku/index.js'
import { writeErr } from '../lib/terminal.js'
import type { DynoReport } from '../monitor/index.js'

/** ms between two lines of figures. */
const FIGURES_EVERY = 20_000
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

/** One line on stderr, so that nobody takes the wait for a hang. @param most ms */
export function waitingForFigures(missing: readonly Dyno[], most: number): void {
  writeErr(
    `The log is so busy that its recent lines hold no figures of ${namesOf(missing)}: waiting up to ` +
      `${Math.round(most / 1000)} s for the next ones.\n`,
  )
}

const namesOf = (dynos: readonly Dyno[]): string =>
  dynos.length > 3 ? `${dynos.length} dynos` : dynos.map(({ name }) => name).join(', ')
