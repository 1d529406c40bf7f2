import { typeOfDyno } from '../lib/dyno-name.js'
import type { LogLine } from '../heroku/index.js'
import { colours, printable } from './printable.js'

type Paint = (text: string) => string

/** Of several apps in a dyno, the runtime begins each line with whose it is. */
const APP_PREFIX = /^\[([^\]\s]+):\d+\] /

/**
 * One log line in Heroku's format, safe to print; on a terminal its head in a colour of its source,
 * and an app's prefix in one of the app.
 */
export function logLineRenderer(
  stream: { isTTY?: boolean } = process.stdout,
): (line: LogLine) => string {
  const c = colours(stream)
  const palette: Paint[] = [c.cyan, c.yellow, c.green, c.magenta, c.blue]
  const assigned = new Map<string, Paint>()
  const paintFor = (kind: string): Paint => {
    if (!assigned.has(kind)) assigned.set(kind, palette[assigned.size % palette.length]!)
    return assigned.get(kind)!
  }
  const body = (message: string): string => {
    const [prefix, app] = APP_PREFIX.exec(message) ?? []
    return prefix === undefined
      ? message
      : `${paintFor(`app ${app}`)(prefix.trimEnd())} ${message.slice(prefix.length)}`
  }
  return ({ timestamp, source, dyno, message }) => {
    const text = body(printable(message))
    if (!timestamp) return text
    const paint = source === 'heroku' ? c.dim : paintFor(typeOfDyno(dyno))
    return `${paint(printable(`${timestamp} ${source}[${dyno}]:`))} ${text}`
  }
}
