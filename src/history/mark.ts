import type { LogLine } from '../heroku/index.js'
import {
  changeInWords,
  isBadChange,
  type Change,
  type PlatformWord,
  type Reading,
} from '../monitor/index.js'
import type { HistoryMark } from './history.js'

/** Characters of a place, of a text. */
const LONGEST = { place: 100, text: 200 }
/** ms in which a code that comes again is no news: Heroku repeats R14 every 20 s. */
const LASTS = 60_000
const MOST_CODES = 500
/** ms after a release in which dynos restart for it: its own mark says so, for all of them. */
const RELEASE_LASTS = 30_000

/** What a chart should show of a line: what changed, and what went wrong. */
export class MarkReader {
  /** When each code was last told of each place. */
  private readonly codes = new Map<string, number>()
  private releasedAt = -Infinity

  /**
   * The place is empty if it is the app, which may have another name when it is read.
   * @param time of the line, ms since the epoch */
  read(line: LogLine, reading: Reading, time: number): HistoryMark | undefined {
    const mark = this.draw(line, reading, time)
    if (mark?.kind === 'release') this.releasedAt = time
    return (
      mark && {
        at: time,
        ...mark,
        place: mark.place.slice(0, LONGEST.place),
        text: mark.text.slice(0, LONGEST.text),
      }
    )
  }

  private draw(
    { source, dyno, message }: LogLine,
    reading: Reading,
    time: number,
  ): Omit<HistoryMark, 'at'> | undefined {
    switch (reading.kind) {
      case 'foreign':
        return source === 'app' && dyno === 'api' ? ofApi(message) : undefined
      case 'change':
        return ofChange(dyno, reading)
      case 'request': {
        const { code } = reading
        if (code === undefined || !this.isNews(`${reading.dyno} ${code}`, time)) return undefined
        return { kind: 'fault', place: reading.dyno, text: code, isBad: true }
      }
      case 'platform':
        return this.ofPlatform(dyno, message, reading, time)
      default:
        return undefined
    }
  }

  private ofPlatform(
    dyno: string,
    message: string,
    { what, value }: PlatformWord,
    time: number,
  ): Omit<HistoryMark, 'at'> | undefined {
    if (what === 'state' && value === 'crashed')
      return { kind: 'crash', place: dyno, text: 'crashed', isBad: true }
    if (message === 'State changed from crashed to starting')
      return { kind: 'restart', place: dyno, text: 'started again after its crash', isBad: false }
    if (what === 'anew') {
      const isOfRelease = value === 'restarting' && Math.abs(time - this.releasedAt) < RELEASE_LASTS
      return isOfRelease ? undefined : { kind: 'restart', place: dyno, text: value, isBad: false }
    }
    if (what !== 'fault' || !this.isNews(`${dyno} ${value}`, time)) return undefined
    const kind = value === 'R14' || value === 'R15' ? 'memory' : 'fault'
    return { kind, place: dyno, text: message, isBad: true }
  }

  private isNews(code: string, time: number): boolean {
    const last = this.codes.get(code)
    this.codes.delete(code)
    this.codes.set(code, time)
    if (this.codes.size > MOST_CODES) this.codes.delete(this.codes.keys().next().value!)
    return last === undefined || Math.abs(time - last) >= LASTS
  }
}

/** What Heroku's API writes to an app's log: devcenter.heroku.com/articles/logging. */
const API_LINES: readonly [HistoryMark['kind'], RegExp][] = [
  ['scale', /^Scaled to /],
  ['config', /\bconfig vars\b/],
  ['release', /^(?:Deploy|Rollback|Promote) /],
  ['release', /^Release v\d+ /],
]

function ofApi(message: string): Omit<HistoryMark, 'at'> | undefined {
  const kind = API_LINES.find(([, form]) => form.test(message))?.[0]
  if (!kind) return undefined
  // Who did it stands in the app's releases, and need not stand on a page that is passed on.
  const text = message.replace(/ by user \S+$/, '')
  return { kind, place: '', text, isBad: /\bfailed\b/.test(message) }
}

function ofChange(dyno: string, change: Change): Omit<HistoryMark, 'at'> | undefined {
  const place = `${dyno} ${change.app}:${change.instance}`
  const text = changeInWords(change)
  switch (change.event) {
    case 'crash':
      return { kind: 'crash', place, text, isBad: true }
    case 'exit':
      return change.fields.removed === undefined
        ? { kind: 'restart', place, text, isBad: isBadChange(change) }
        : undefined
    case 'scale':
      return { kind: 'scale', place: `${dyno} ${change.app}`, text, isBad: false }
    default:
      return undefined
  }
}
