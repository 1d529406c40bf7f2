import { ShipitError } from '../../errors.js'
import { isKeyName, KEY_NAMES, type Keys } from './names.js'

const fault = (line: number, why: string) =>
  new ShipitError('usage', {
    message: `Line ${line} of the input cannot be used: ${why}.`,
    next: `Give one KEY=value a line, with the keys ${KEY_NAMES.join(', ')}.`,
  })

/**
 * The value after `=`: quoted as in a shell or .env file, or bare up to ` #`. Undefined if a
 * quote stays open.
 */
function valueOf(text: string): string | undefined {
  const quote = text[0]
  if (quote === '"' || quote === "'") return /^(["'])(.*?)\1\s*(?:#.*)?$/.exec(text)?.[2]
  return text.replace(/(^|\s+)#.*$/, '').trimEnd()
}

/**
 * KEY=value lines as people keep them: quotes, `export `, blank lines, comments, CRLF and a byte
 * order mark are understood.
 * Throws ShipitError `usage` that names the line and never its content.
 */
export function parseKeyLines(text: string): Keys {
  const keys: Keys = {}
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const [, name, rest] = /^(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*)$/.exec(line) ?? []
    if (name === undefined || rest === undefined) throw fault(index + 1, 'it is not KEY=value')
    // The name is not repeated: if a line is mangled it may be part of a secret.
    if (!isKeyName(name)) throw fault(index + 1, 'its key is none that PM2 knows')
    if (keys[name] !== undefined) throw fault(index + 1, `${name} is given a second time`)
    const value = valueOf(rest)
    if (value === undefined) throw fault(index + 1, `the quotes around ${name} do not close`)
    keys[name] = value
  }
  return keys
}
