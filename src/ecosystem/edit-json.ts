import { applyEdits, modify, parse } from 'jsonc-parser'
import type { YamlChange } from './edit.js'
import { dataPath, holdsApps } from './shape.js'

/** As editYaml, for a file in JSON: comments, order and indentation stay as they are. */
export function editJson(text: string, changes: readonly YamlChange[]): string {
  const indent = /^([ \t]+)\S/m.exec(text)?.[1] ?? '  '
  const formattingOptions = { insertSpaces: !indent.startsWith('\t'), tabSize: indent.startsWith('\t') ? 1 : indent.length, eol: text.includes('\r\n') ? '\r\n' : '\n' }
  return changes.reduce((current, { path, value }) => {
    const data: unknown = parse(current)
    const place = holdsApps(data) ? dataPath(data, path) : path
    return applyEdits(current, modify(current, [...place], value, { formattingOptions }))
  }, text)
}
