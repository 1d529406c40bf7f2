import type { LogLine } from '../heroku/index.js'
import { lineInWords } from './log-words.js'
import { clock } from './phrases.js'
import { type Colours, isGithubActions, printable } from './printable.js'

/**
 * A line in Heroku's own format, byte for byte as it came; where a CI reads commands in a log, made
 * unable to speak to it.
 */
export function herokuLine({ timestamp, source, dyno, message }: LogLine): string {
  const line = timestamp === '' ? message : `${timestamp} ${source}[${dyno}]: ${message}`
  return isGithubActions() ? printable(line) : line
}

/** Columns of the name of who speaks: as wide as `web.1 school:0`, and wider with longer names. */
const NARROWEST = 14
const WIDEST = 28

/**
 * Lines for people: the local time, dyno and instance in colours of their own, and what happened in
 * words. A line with the date comes first whenever the day is another than that of the line before,
 * or than today.
 */
export function peopleLines(c: Colours, now = Date.now()): (line: LogLine) => string {
  const palette = [c.cyan, c.yellow, c.green, c.magenta, c.blue]
  const assigned = new Map<string, (text: string) => string>()
  const paintFor = (name: string) => {
    const known = assigned.get(name) ?? palette[assigned.size % palette.length]!
    assigned.set(name, known)
    return known
  }
  let width = NARROWEST
  let day = dayOf(now)
  return (line) => {
    const { place, instance, text, isBad } = lineInWords(line)
    const isPlatform = line.source === 'heroku'
    const body = printable(text)
    const said = isBad ? c.red(body) : isPlatform ? c.dim(body) : body
    if (line.timestamp === '') return said
    const who = [printable(place), printable(instance)].filter((part) => part !== '')
    const length = who.join(' ').length
    width = Math.min(WIDEST, Math.max(width, length))
    const painted = who.map((part) => (isPlatform ? c.dim(part) : paintFor(part)(part))).join(' ')
    const shown =
      `${c.dim(clock(line.timestamp))} ${painted}${' '.repeat(Math.max(0, width - length))}  ` +
      said
    const date = dayOf(Date.parse(line.timestamp))
    if (date === day || date === '') return shown
    day = date
    return `${c.dim(date)}\n${shown}`
  }
}

const two = (n: number) => String(n).padStart(2, '0')

/** `2026-11-26` in the reader's own zone; empty if it is not a valid time. */
function dayOf(time: number): string {
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) return ''
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}
