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

/**
 * Variables as the text of a .env file, sorted, which dotenv reads back as they are. Throws
 * ShipitError `usage` for a value that no quotes of that form can hold.
 */
export function renderDotenv(vars: Readonly<Record<string, string>>): string {
  const lines = Object.entries(vars)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => {
      const forms = [
        ...(/^[\w./:@%+,~-]*$/.test(value) ? [value] : []),
        `'${value}'`,
        `"${value.replaceAll('\n', '\\n')}"`,
        `\`${value}\``,
      ]
      const form = forms
        .map((each) => `${name}=${each}`)
        .find((line) => parse(line)[name] === value)
      if (form === undefined) {
        throw new ShipitError('usage', {
          message: `${name} cannot be kept in a .env file.`,
          why: 'Its value holds all three kinds of quotes, or carriage returns.',
          next: `Read it by itself: shipit config get ${name}`,
        })
      }
      return form
    })
  return lines.map((line) => `${line}\n`).join('')
}
