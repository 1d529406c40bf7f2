/** What `shipit help json` prints. */
import { ShipitError } from '../errors.js'
import { nearest } from '../lib/nearest.js'
import { ERROR } from './error.js'
import type { Schema } from './schema.js'

/** Commands that print one object a line, again and again. */
export const LINES = new Set(['logs', 'monit', 'ps --watch'])

const spoken = (id: string) => id.replaceAll(':', ' ')

/** @param bin how shipit is called @param ids of the commands that have --json */
export function jsonHelp(bin: string, ids: readonly string[]): string {
  const names = ids.map(spoken)
  const width = Math.max(...names.map((name) => name.length)) + 2
  const perLine = Math.floor(98 / width)
  const rows = names
    .map((name) => name.padEnd(width))
    .reduce<string[]>((lines, name, i) => {
      if (i % perLine === 0) lines.push('  ')
      lines[lines.length - 1] += name
      return lines
    }, [])
  return `With --json (-j) a command prints one JSON value to stdout, and what is for people to stderr.
${[...LINES].join(', ')} print one value a line.

THE SHAPE
  Keys are in snake_case. Units are in names: _seconds, _ms, _mb, _percent.
  Times are ISO 8601, in keys that end in _at.
  A release is {"id", "version"}; an app, a region or a team {"id", "name"}.
  Every key of a command is always there. What is not known is null.
  Names of your own (config vars, process types) are keys as they are.

ERRORS
  {"error": {"code", "message", "why", "next", "exit_code", "details"}}, with the exit status
  exit_code. The code is a word of the table in \`${bin} --help\` (\`${bin} help json error\` lists
  them). Of details only what the kind of error has is there.

SCHEMAS
  \`${bin} help json COMMAND\` prints the JSON Schema (2020-12) of a command, or of an error:
${rows.map((row) => row.trimEnd()).join('\n')}
  error`
}

/** Of a command or, if it is named `error`, of an error. */
export const jsonSchema = (id: string, schema: Schema, bin: string): object => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: id === 'error' ? 'An error with --json' : `${bin} ${spoken(id)} --json`,
  ...schema,
})

/** @param ids of the commands that have --json */
export function noSchema(id: string, ids: readonly string[], bin: string): ShipitError {
  const near = nearest(id, [...ids, 'error'])
  return new ShipitError('usage', {
    message: `${spoken(id)} prints no JSON.`,
    next: `${bin} help json${near === undefined ? '' : ` ${spoken(near)}`}`,
  })
}

export { ERROR }
