import { parse } from 'dotenv'
import { ShipitError } from '../errors.js'

const ASSIGNMENT = /^\s*(?:export\s+)?([\w.-]+)\s*[=:]/
const NAME = /^[A-Za-z_]\w*$/

const fault = (source: string, line: number, why: string) =>
  new ShipitError('usage', {
    message: `Line ${line} of ${source} cannot be used: ${why}. Nothing was changed.`,
    next: 'Give one NAME=value a line; values with spaces, # or several lines in quotes.',
  })

/**
 * The variables of a .env file, as dotenv reads it: quotes, `export`, comments, values of several
 * lines. dotenv passes over what it does not understand; here such a line is an error that names
 * its number and never its content.
 * @param source what the text is called in errors, such as `.env` or `the input`
 */
export function parseDotenv(text: string, source: string): Record<string, string> {
  const content = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')
  const vars = parse(content)
  const inside = new Set(
    Object.values(vars)
      .filter((value) => value.includes('\n'))
      .flatMap((value) => value.split('\n').slice(1))
      .map((line) => line.trim()),
  )
  const seen = new Set<string>()
  for (const [index, line] of content.split('\n').entries()) {
    const trimmed = line.trim()
    const closing = trimmed.replace(/["'`]\s*(#.*)?$/, '')
    if (trimmed === '' || trimmed.startsWith('#') || inside.has(trimmed) || inside.has(closing))
      continue
    const name = ASSIGNMENT.exec(line)?.[1]
    if (name === '__proto__') throw fault(source, index + 1, 'no variable can be called __proto__')
    if (name === undefined || !Object.hasOwn(vars, name))
      throw fault(source, index + 1, 'it is not NAME=value')
    if (!NAME.test(name))
      throw fault(source, index + 1, 'its name may hold letters, digits and _ only')
    if (seen.has(name)) throw fault(source, index + 1, `${name} is given a second time`)
    seen.add(name)
  }
  return vars
}

/** The forms of a value that a shell reads as dotenv does, the plainest first. */
const formsOfBoth = (value: string): string[] => [
  // Not ~, which a shell takes for the home folder.
  ...(/^[\w./:@%+,-]*$/.test(value) ? [value] : []),
  ...(value.includes("'") ? [] : [`'${value}'`]),
  ...(/["$`\\]/.test(value) ? [] : [`"${value}"`]),
]

/** Those that dotenv alone reads. */
const formsOfDotenv = (value: string): string[] => [
  `\`${value}\``,
  `"${value.replaceAll('\n', '\\n')}"`,
  `'${value}'`,
]

const thatReadsBack = (forms: readonly string[], value: string): string | undefined =>
  forms.find((form) => parse(`A=${form}`).A === value)

/** The names of the variables whose lines, as {@link renderDotenv} writes them, no shell can read. */
export function unreadByShells(vars: Readonly<Record<string, string>>): string[] {
  return Object.keys(vars)
    .filter((name) => thatReadsBack(formsOfBoth(vars[name]!), vars[name]!) === undefined)
    .sort()
}

/**
 * Variables as the text of a .env file, sorted, which dotenv reads back as they are, and a shell
 * too wherever a form allows it. Throws ShipitError `usage` for a value that no quotes of that form
 * can hold.
 */
export function renderDotenv(vars: Readonly<Record<string, string>>): string {
  return Object.entries(vars)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => {
      const form = thatReadsBack([...formsOfBoth(value), ...formsOfDotenv(value)], value)
      if (form !== undefined) return `${name}=${form}\n`
      throw new ShipitError('usage', {
        message: `${name} cannot be kept in a .env file.`,
        why: 'Its value holds all three kinds of quotes, or carriage returns.',
        next: `Read it by itself: shipit config get ${name}`,
      })
    })
    .join('')
}
