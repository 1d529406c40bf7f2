/**
 * The Procfile, as init, doctor, deploy and the embedded build read it:
 * https://devcenter.heroku.com/articles/procfile
 */

export interface ProcfileEntry {
  type: string
  command: string
}

interface ProcfileLine {
  /** 1-based. */
  number: number
  text: string
  /** Absent if the line is not `<process type>: <command>`. */
  entry?: ProcfileEntry
}

const ENTRY = /^([A-Za-z0-9_-]+)\s*:\s*(.+)$/

/**
 * What heroku/nodejs runs for `web` if the Procfile does not say (heroku-buildpack-nodejs,
 * bin/release).
 */
const DEFAULT_WEB = 'npm start'

/** All lines but blank ones and comments. */
export function procfileLines(text: string): ProcfileLine[] {
  return text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)
    .flatMap((raw, index) => {
      const line = raw.trim()
      if (line === '' || line.startsWith('#')) return []
      const [, type, command] = ENTRY.exec(line) ?? []
      const entry = type === undefined || command === undefined ? {} : { entry: { type, command } }
      return [{ number: index + 1, text: line, ...entry }]
    })
}

/** The process types that it declares; of two lines of one type the later one counts. */
export function readProcfile(text: string): ProcfileEntry[] {
  const byType = new Map<string, ProcfileEntry>()
  for (const { entry } of procfileLines(text)) if (entry) byType.set(entry.type, entry)
  return [...byType.values()]
}

/**
 * All process types of an app that heroku/nodejs builds: `web: npm start` is one of them unless the
 * Procfile has a `web`, or a type that begins with mcp.
 */
export function processTypes(text: string | undefined): (ProcfileEntry & { isDefault: boolean })[] {
  const declared = readProcfile(text ?? '').map((entry) => ({ ...entry, isDefault: false }))
  const hasOwn = declared.some(({ type }) => type === 'web') || /^\s*mcp.*:/m.test(text ?? '')
  return hasOwn ? declared : [{ type: 'web', command: DEFAULT_WEB, isDefault: true }, ...declared]
}

/**
 * The text with one process type's command replaced; other process types, comments and line ends
 * stay.
 */
export function withCommand(text: string, type: string, command: string): string {
  const line = new RegExp(`^(\\ufeff?[ \\t]*${type}[ \\t]*:[ \\t]*)[^\\r\\n]*`, 'gm')
  return text.replace(line, (_match, head: string) => head + command)
}

/** The text with a process type added at its end. */
export function withType(text: string, type: string, command: string): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  return `${text}${text === '' || text.endsWith('\n') ? '' : eol}${type}: ${command}${eol}`
}
