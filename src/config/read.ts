import { text } from 'node:stream/consumers'
import { ShipitError } from '../errors.js'
import { parseDotenv } from './dotenv.js'
import { refuseOwnNames, type Assignments } from './assignments.js'

/** Where values may come from that are not on the command line. */
export interface VarSources {
  stdin: NodeJS.ReadableStream & { isTTY?: boolean }
  /** Asks for one value on the terminal. */
  ask(name: string): Promise<string>
}

const nothing = () =>
  new ShipitError('usage', {
    message: 'No config vars were given. Nothing was changed.',
    next:
      'shipit config set NAME=value, shipit config set NAME (asks, or reads the value from ' +
      'stdin), or shipit config set < .env',
  })

/**
 * All that is to be set: what was typed, and what stdin or the terminal adds. One name alone takes
 * stdin as its value, less one line break at its end; several names, or none, take NAME=value
 * lines. Throws ShipitError `usage` where something that was named is not given.
 */
export async function readVars(
  { values, names }: Assignments,
  { stdin, ask }: VarSources,
): Promise<Record<string, string>> {
  if (names.length === 0 && Object.keys(values).length > 0) return values
  if (stdin.isTTY) {
    if (names.length === 0) throw nothing()
    const typed: Record<string, string> = {}
    for (const name of names) typed[name] = await ask(name)
    return { ...values, ...typed }
  }
  const input = await text(stdin)
  if (names.length === 1) {
    if (input === '')
      throw new ShipitError('usage', {
        message: `${names[0]} got no value: stdin is empty. Nothing was changed.`,
        next: `To remove it: shipit config unset ${names[0]}`,
      })
    return { ...values, [names[0]!]: input.replace(/\r?\n$/, '') }
  }
  const lines = parseDotenv(input, 'the input')
  if (names.length === 0) {
    if (Object.keys(lines).length === 0) throw nothing()
    refuseOwnNames(Object.keys(lines))
    return lines
  }
  const missing = names.filter((name) => !Object.hasOwn(lines, name))
  const surplus = Object.keys(lines).filter((name) => !names.includes(name))
  if (missing.length > 0)
    throw new ShipitError('usage', {
      message: `The input lacks ${missing.join(', ')}. Nothing was changed.`,
    })
  if (surplus.length > 0)
    throw new ShipitError('usage', {
      message: `The input holds ${surplus.join(', ')}, which you did not name. Nothing was changed.`,
    })
  return { ...values, ...lines }
}
