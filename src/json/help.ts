/** What `shipit help json` prints. */
import { ShipitError } from '../errors.js'
import { nearest } from '../lib/nearest.js'
import { ERROR, LINES, SCHEMAS } from './index.js'

const spoken = (id: string) => id.replaceAll(':', ' ')

/** @param bin how shipit is called */
export function jsonHelp(bin: string): string {
  const names = Object.keys(SCHEMAS).map(spoken)
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

/** The schema of a command, such as `config set`, or of an error. Throws `usage` for another. */
export function jsonSchemaOf(words: readonly string[], bin: string): object {
  const id = words.join(':').replaceAll(' ', ':')
  const schema = id === 'error' ? ERROR : Object.hasOwn(SCHEMAS, id) ? SCHEMAS[id] : undefined
  if (schema === undefined) {
    const near = nearest(id, [...Object.keys(SCHEMAS), 'error'])
    throw new ShipitError('usage', {
      message: `${spoken(id)} prints no JSON.`,
      next: `${bin} help json${near === undefined ? '' : ` ${spoken(near)}`}`,
    })
  }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: id === 'error' ? 'An error with --json' : `${bin} ${spoken(id)} --json`,
    ...schema,
  }
}
