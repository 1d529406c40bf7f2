/** What happened lately, to app and dynos: the end of the log, and the last events. */
import type { LogLine } from '../../heroku/index.js'
import { type FormationModel, type Reading, Ring, ownText } from '../../monitor/index.js'
import { lineInWords } from '../log-words.js'
import type { Row } from './rows.js'

/** Lines kept for a filter that is yet to come. */
const KEPT = 2000
/** Lines that a filter has let through: more than any terminal shows. */
const SHOWN = 500

interface LogChoice {
  dyno: string | undefined
  instance: string | undefined
  text: string
}

/**
 * The end of the log, as far as it is wanted. Figures are no news here: the list and the charts
 * have them.
 */
export class LogTail {
  private readonly recent = new Ring<LogLine>(KEPT)
  private readonly wanted = new Ring<LogLine>(SHOWN)
  private choice: LogChoice = { dyno: undefined, instance: undefined, text: '' }
  private test: ((line: LogLine) => boolean) | undefined

  add(line: LogLine, reading: Reading): void {
    if (reading.kind === 'sample' || reading.kind === 'figures') return
    this.recent.push(line)
    // A line that stays long must not keep the packet that brought it.
    if (this.test?.(line)) this.wanted.push(owned(line))
  }

  /** What to show from now on: first of the lines that are kept, then of those that come. */
  choose(choice: LogChoice): void {
    const { dyno, instance, text } = this.choice
    if (choice.dyno === dyno && choice.instance === instance && choice.text === text) return
    this.choice = choice
    this.test = testOf(choice)
    this.wanted.clear()
    if (this.test)
      for (const line of this.recent) if (this.test(line)) this.wanted.push(owned(line))
  }

  /** The last lines that are wanted, oldest first. */
  latest(count: number): LogLine[] {
    return (this.test ? this.wanted : this.recent).latest(count)
  }
}

/**
 * What the row of the cursor and a filter make of the log. Of one app alone in its dyno, the log
 * does not say which instance wrote a line.
 */
export function choiceOf(row: Row | undefined, rows: readonly Row[], text: string): LogChoice {
  const apps = new Set(
    rows
      .filter(({ dyno, instance }) => dyno === row?.dyno && instance !== undefined)
      .map(({ instance }) => instance!.split(':')[0]),
  )
  return { dyno: row?.dyno, instance: apps.size > 1 ? row?.instance : undefined, text }
}

function testOf({ dyno, instance, text }: LogChoice): ((line: LogLine) => boolean) | undefined {
  const wanted = text.toLowerCase()
  if (dyno === undefined && wanted === '') return undefined
  const ofDyno = ({ dyno: place, message }: LogLine) =>
    place === dyno || (place === 'router' && message.includes(` dyno=${dyno} `))
  return (line) =>
    (dyno === undefined || ofDyno(line)) &&
    (instance === undefined || lineInWords(line).instance === instance) &&
    (wanted === '' ||
      `${line.source}[${line.dyno}]: ${line.message}`.toLowerCase().includes(wanted) ||
      inWords(line).includes(wanted))
}

/** As the pane shows it. */
function inWords(line: LogLine): string {
  const { place, instance, text } = lineInWords(line)
  return [place, instance, text].filter(Boolean).join(' ').toLowerCase()
}

const owned = ({ timestamp, source, dyno, message }: LogLine): LogLine => ({
  timestamp: ownText(timestamp),
  source: ownText(source),
  dyno: ownText(dyno),
  message: ownText(message, 2000),
})

/** What happened, for people to read. */
export interface Happening {
  /** ms since the epoch. */
  time: number
  /** `web.1 api:0`, `router`. */
  place: string
  text: string
  isBad: boolean
}

/**
 * The last changes of the app, or of one dyno, and the failed requests by their code, each with the
 * time of its last. Newest last.
 */
export function happenings(
  model: FormationModel,
  dyno: string | undefined,
  count: number,
): Happening[] {
  const known = dyno === undefined ? model : model.dynos.get(dyno)
  if (!known) return []
  const changes = known.events
    .latest(count)
    .map(({ time, dyno: name, app, instance, text, isBad }) => ({
      time,
      place: app === undefined ? name : `${name} ${app}:${instance}`,
      text,
      isBad,
    }))
  const failed = [...known.traffic.codes, ...known.traffic.statuses].map(
    ([code, { count: times, lastAt }]) => ({
      time: lastAt,
      place: 'router',
      text: `${code} x${times}`,
      isBad: true,
    }),
  )
  return [...changes, ...failed].sort((one, other) => one.time - other.time).slice(-count)
}
