import { applyEdits, modify, parse, type ParseError } from 'jsonc-parser'
import type { YamlChange } from './edit.js'
import type { Path } from './problem.js'
import { parseLiteral } from './literal.js'
import { dataPath, holdsApps } from './shape.js'

/**
 * As editYaml, for a file in JSON: comments, order and indentation stay as they are. Of a
 * JavaScript object only an entry can be taken out.
 */
export function editJson(text: string, changes: readonly YamlChange[]): string {
  const indent = /^([ \t]+)\S/m.exec(text)?.[1] ?? '  '
  // The line ends are those of the text: jsonc-parser looks for them itself.
  const formattingOptions = {
    insertSpaces: !indent.startsWith('\t'),
    tabSize: indent.startsWith('\t') ? 1 : indent.length,
  }
  return changes.reduce((current, { path, value }) => {
    const errors: ParseError[] = []
    const data: unknown = parse(current, errors, { allowTrailingComma: true })
    if (errors.length > 0) return withoutEntry(current, path, value)
    const place = holdsApps(data) ? dataPath(data, path) : path
    return applyEdits(current, modify(current, [...place], value, { formattingOptions }))
  }, text)
}

/** @throws RangeError for another change than taking out an entry that is there */
function withoutEntry(text: string, shown: Path, value: unknown): string {
  const tree = parseLiteral(text)
  const path = tree && holdsApps(tree.value) ? dataPath(tree.value, shown) : shown
  const step = (node: typeof tree, key: string | number) =>
    node?.entries?.findLast((entry) => entry.key === String(key))?.node ??
    node?.items?.[Number(key)]
  const entry = path
    .slice(0, -1)
    .reduce(step, tree)
    ?.entries?.findLast(({ key }) => key === String(path.at(-1)))
  if (value !== undefined || !entry)
    throw new RangeError(
      `${shown.join('/')} cannot be set in a file that is written as a JavaScript object`,
    )
  const end = entry.node.end + (/^\s*,/.exec(text.slice(entry.node.end))?.[0].length ?? 0)
  const lineStart = text.lastIndexOf('\n', entry.offset - 1) + 1
  const lineEnd = /^[ \t]*\r?\n/.exec(text.slice(end))?.[0].length
  const isAlone = lineEnd !== undefined && text.slice(lineStart, entry.offset).trim() === ''
  return isAlone
    ? text.slice(0, lineStart) + text.slice(end + lineEnd)
    : text.slice(0, entry.offset) + text.slice(end).replace(/^[ \t]+/, '')
}
