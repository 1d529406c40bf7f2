import { applyEdits, modify, parse, type FormattingOptions } from 'jsonc-parser'
import { isObject } from '../detect/package-json.js'

export interface PackageJsonEdit {
  path: [string, string]
  /** undefined removes the entry. */
  value: string | undefined
}

/**
 * package.json with some entries set: its indentation, order of keys, line ends and last newline
 * stay as they are.
 */
export function editPackageJson(text: string, edits: PackageJsonEdit[]): string {
  const formattingOptions = formatOf(text)
  return edits.reduce((current, { path, value }) => {
    // A section that is not there yet goes to the end, not in among package.json's own keys.
    const isListed =
      path[0] === 'dependencies' &&
      isObject((parse(current) as Record<string, unknown>)['dependencies'])
    const place = isListed
      ? { getInsertionIndex: (names: string[]) => sortedPlace(names, path[1]) }
      : {}
    return applyEdits(current, modify(current, path, value, { formattingOptions, ...place }))
  }, text)
}

function formatOf(text: string): FormattingOptions {
  const indent = /^([ \t]+)"/m.exec(text)?.[1] ?? '  '
  return {
    insertSpaces: !indent.startsWith('\t'),
    tabSize: indent.startsWith('\t') ? 1 : indent.length,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  }
}

/** Where npm would put a dependency: in order if the list is in order, else at the end. */
function sortedPlace(names: string[], name: string): number {
  const isSorted = names.every(
    (each, at) => at === 0 || names[at - 1]!.localeCompare(each, 'en') <= 0,
  )
  const at = names.findIndex((each) => each.localeCompare(name, 'en') > 0)
  return isSorted && at !== -1 ? at : names.length
}

/** The oldest line that the runtime supports. */
const OLDEST = 20

/**
 * engines.node for an app that names none: what .nvmrc names, else the running Node's line where
 * that is a long-term one, else the one before it; never older than `needed`, such as 22.18.0.
 * Heroku recommends a range such as 20.x (devcenter, nodejs-support).
 */
export function nodeRange(running: string, pinned?: number, needed?: string): string {
  const major = pinned !== undefined && pinned >= OLDEST ? pinned : Number(running.split('.')[0])
  const oldest = Math.max(OLDEST, Number(needed?.split('.')[0] ?? 0))
  return `${Math.max(oldest, pinned === major ? major : major - (major % 2))}.x`
}
