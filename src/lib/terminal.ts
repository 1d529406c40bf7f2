/* eslint-disable no-control-regex -- control bytes are what this file is about */
/**
 * The one way to stdout and stderr. No byte that came from an app, a repository or the platform can
 * steer the terminal: what is written here keeps line feeds, tabs and the colours that shipit
 * itself uses, and nothing else that a terminal acts on.
 * Views that move the cursor (ui/following.ts, ui/monit/terminal.ts, the task list) clean their
 * text with `harmless` first.
 */

/**
 * CSI, OSC, DCS and the like, then any single escape, then control characters other than tab and
 * line feed, C1 among them.
 */
const SEQUENCE =
  /\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|$)|\x1b[ -/]*[0-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]/
/**
 * Characters that turn the direction of text around (https://www.unicode.org/reports/tr9/, Explicit
 * Directional Embedding, Override and Isolate).
 */
const DIRECTION = /[\u202a-\u202e\u2066-\u2069]/
const UNSAFE = new RegExp(`${SEQUENCE.source}|${DIRECTION.source}`, 'g')

/**
 * Bold to inverse, their ends, and the 16 colours with their backgrounds (ECMA-48, SGR). Not 8,
 * which hides text.
 */
const OWN_COLOUR = /^\x1b\[(?:(?:[0-79]|2[2-79]|[349][0-7]|10[0-7]|[34]9)(?:;|(?=m)))*m$/

/** Text without anything that steers a terminal. */
export const plainText = (text: string): string => text.replace(UNSAFE, '')

/** Text without anything that steers a terminal, but for shipit's own colours. */
export const harmless = (text: string): string =>
  text.replace(UNSAFE, (found) => (OWN_COLOUR.test(found) ? found : ''))

/** Writes lines to stdout. Returns false if its reader is slower: wait for `drain`. */
export const writeOut = (text: string): boolean => process.stdout.write(harmless(text))

/** Writes lines to stderr. */
export const writeErr = (text: string): boolean => process.stderr.write(harmless(text))

/** Writes data to stdout: byte for byte into a file or a pipe, and as lines on a terminal. */
export const writeData = (text: string): boolean =>
  process.stdout.isTTY ? writeOut(text) : process.stdout.write(text)

/** What takes lines in the place of a stream. */
export interface LineSink {
  write(text: string): unknown
}
export const outLines: LineSink = { write: writeOut }
export const errLines: LineSink = { write: writeErr }

/**
 * JSON with what JSON leaves as it is and a terminal acts on (C1, changes of direction) escaped
 * too. @param indent spaces a level; 0 gives one line
 */
export function safeJson(data: unknown, indent = 0): string {
  return JSON.stringify(data, null, indent).replace(
    /[\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Names that were turned already: the same few come for each of hundreds of instances. */
const snakeNames = new Map<string, string>()
const MOST_NAMES = 1000

function snakeKey(key: string): string {
  const known = snakeNames.get(key)
  if (known !== undefined) return known
  const name = /^[a-z][A-Za-z0-9]*$/.test(key)
    ? key.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    : key
  if (snakeNames.size < MOST_NAMES) snakeNames.set(key, name)
  return name
}

/**
 * Data with camelCase keys as snake_case, at every depth; names in capitals, such as those of
 * config vars, stay as they are.
 */
export function snakeKeys(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(snakeKeys)
  if (typeof data !== 'object' || data === null || Object.getPrototypeOf(data) !== Object.prototype)
    return data
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [snakeKey(key), snakeKeys(value)]),
  )
}
