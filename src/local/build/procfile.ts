import { BuildFailure } from './failure.js'

const ENTRY = /^([A-Za-z0-9_-]+)\s*:\s*(.+)$/

/** `<process type>: <command>` a line (devcenter: procfile); a later line of the same type wins. Throws {@link BuildFailure} with the line's number. */
export function parseProcfile(text: string): Record<string, string> {
  const types: Record<string, string> = {}
  for (const [index, raw] of text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/).entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const [, type, command] = ENTRY.exec(line) ?? []
    if (type === undefined || command === undefined) {
      throw new BuildFailure(`Procfile, line ${index + 1}: this is not "<process type>: <command>".`, [line.slice(0, 200)])
    }
    types[type] = command
  }
  return types
}
