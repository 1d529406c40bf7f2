import type { LogLine } from '../heroku/index.js'
import { colours } from './colours.js'
import { printable } from './printable.js'

type Paint = (text: string) => string

/** One log line in Heroku's format, safe to print; its head in a colour of its source on a terminal. */
export function logLineRenderer(stream: { isTTY?: boolean } = process.stdout): (line: LogLine) => string {
  const c = colours(stream)
  const palette: Paint[] = [c.cyan, c.yellow, c.green, c.magenta, c.blue]
  const assigned = new Map<string, Paint>()
  const paintFor = ({ source, dyno }: LogLine): Paint => {
    const kind = source === 'heroku' ? 'heroku' : dyno.split('.')[0]!
    if (!assigned.has(kind)) assigned.set(kind, kind === 'heroku' ? c.dim : palette[assigned.size % palette.length]!)
    return assigned.get(kind)!
  }
  return (line) => {
    if (!line.timestamp) return printable(line.message)
    return `${paintFor(line)(printable(`${line.timestamp} ${line.source}[${line.dyno}]:`))} ${printable(line.message)}`
  }
}
