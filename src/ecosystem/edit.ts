import { isDeepStrictEqual } from 'node:util'
import type { Document } from 'yaml'
import { typeOf } from './coerce.js'
import type { Path } from './problem.js'
import { dataPath, holdsApps } from './shape.js'
import { placeAt } from './source.js'
import { splice } from './splice.js'
import { parseYaml } from './yaml.js'

export interface YamlChange {
  /**
   * As a problem's path: ['apps', 0, 'instances'] is right for a single app and for a bare list as
   * well.
   */
  path: (string | number)[]
  /** Plain data; undefined takes the key or the item out. */
  value: unknown
}

/**
 * The text with the changes in it and everything else as it was: comments, order, quotes, anchors,
 * indentation, line endings.
 * A change that cannot be made in place (rare: deleting from a list that spans lines in brackets,
 * say) rewrites the document's layout and still keeps comments and order. Throws a SyntaxError
 * if the text is no YAML, and a RangeError for a path that cannot be set, such as one inside a
 * value that an anchor shares with another place.
 */
export function editYaml(text: string, changes: readonly YamlChange[]): string {
  return changes.reduce(changed, text)
}

function changed(text: string, change: YamlChange): string {
  const document = parsed(text)
  const data: unknown = document.toJS()
  const path = holdsApps(data) ? dataPath(data, change.path) : change.path
  const wanted = withValue(plain(data), path, change.value)
  if (isDeepStrictEqual(wanted, plain(data))) return text
  for (const attempt of [splice, rewritten]) {
    const result = attempt(document, text, path, change.value)
    if (result !== undefined && holds(result, wanted)) return result
  }
  throw new RangeError(
    `${change.path.join('/')} cannot be set by itself: an anchor shares it with another place ` +
      'of the file',
  )
}

function parsed(text: string): Document.Parsed {
  const document = parseYaml(text)
  const [fault] = document.errors
  if (!fault) return document
  const { line, column } = placeAt(text, fault.pos[0])
  throw new SyntaxError(`not YAML at ${line}:${column}: ${fault.message}`)
}

function holds(text: string, wanted: unknown): boolean {
  const document = parseYaml(text)
  return document.errors.length === 0 && isDeepStrictEqual(plain(document.toJS()), wanted)
}

/** Copies with nothing shared, so that a change in one place cannot show in another. */
function plain(data: unknown): unknown {
  return data === undefined ? null : (JSON.parse(JSON.stringify(data)) as unknown)
}

function withValue(data: unknown, path: Path, value: unknown): unknown {
  const [head, ...rest] = path
  if (head === undefined) return plain(value)
  if (Array.isArray(data)) {
    const index = Number(head)
    if (!Number.isInteger(index) || index < 0 || index > data.length)
      throw new RangeError(`the list has no place ${head}`)
    if (value === undefined && rest.length === 0) return data.filter((_, each) => each !== index)
    return data.toSpliced(index, 1, withValue(data[index], rest, value))
  }
  if (typeOf(data) !== 'object') {
    if (value === undefined) return data
    return typeof head === 'number' ? withValue([], path, value) : withValue({}, path, value)
  }
  const map = data as Record<string, unknown>
  if (value === undefined && rest.length === 0)
    return Object.fromEntries(Object.entries(map).filter(([key]) => key !== String(head)))
  if (value === undefined && !(head in map)) return map
  return { ...map, [head]: withValue(map[head], rest, value) }
}

/**
 * The way out where the text cannot be cut: yaml writes the document anew, comments and order kept.
 */
function rewritten(
  _document: Document.Parsed,
  text: string,
  path: Path,
  value: unknown,
): string | undefined {
  const document = parseYaml(text)
  try {
    if (value === undefined) document.deleteIn(path)
    else document.setIn(path, document.createNode(value))
  } catch {
    // yaml cannot reach through a scalar or an alias; the caller says so.
    return undefined
  }
  const written = document.toString({ lineWidth: 0 })
  return text.includes('\r\n') ? written.replaceAll(/\r?\n/g, '\r\n') : written
}
