import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml'
import type { Locate, Path } from './problem.js'
import { dataPath } from './shape.js'
import { fileProblem, placeAt, type Source } from './source.js'

/** Merge keys (<<) are read as PM2's own YAML parser reads them. */
const OPTIONS = { merge: true, prettyErrors: false, stringKeys: false } as const

export function parseYaml(text: string): Document.Parsed {
  return parseDocument(text, { ...OPTIONS, keepSourceTokens: true })
}

/** YAML to data. Every fault of the text itself is an error with its line and column. */
export function readYaml(text: string): Source {
  const document = parseYaml(text)
  const faults = [...document.errors, ...document.warnings]
  if (faults.length > 0)
    return {
      problems: faults.map((fault) =>
        fileProblem(yamlMessage(fault.message, fault.code), placeAt(text, fault.pos[0])),
      ),
    }
  if (
    document.contents === null ||
    (isScalar(document.contents) && document.contents.value === null)
  )
    return { problems: [fileProblem('the file is empty')] }
  try {
    const data: unknown = document.toJS()
    return { data, locate: locateIn(document, text, data) }
  } catch (error) {
    // Aliases that grow beyond all measure, or that point to nothing.
    return { problems: [fileProblem(`not YAML that can be read: ${(error as Error).message}`)] }
  }
}

function yamlMessage(message: string, code: string): string {
  if (code === 'TAB_AS_INDENT') return 'not YAML: a tab cannot indent; use spaces'
  if (code === 'MULTIPLE_DOCS') return 'the file holds several YAML documents; PM2 reads one'
  return `not YAML: ${message.split('\n')[0]}`
}

function locateIn(document: Document.Parsed, text: string, data: unknown): Locate {
  return (path, at) => {
    const offset = offsetOf(document, dataPath(data, path), at)
    return offset === undefined ? undefined : placeAt(text, offset)
  }
}

/** Where a key or value begins; the nearest thing around it if it has no place of its own. */
function offsetOf(document: Document.Parsed, path: Path, at: 'key' | 'value'): number | undefined {
  let node: unknown = document.contents
  let offset = (node as Node | null)?.range?.[0]
  for (const [depth, segment] of path.entries()) {
    const inside = resolved(document, node)
    const pair = isMap(inside) ? findPair(document, inside, segment) : undefined
    const next: unknown = isSeq(inside) ? inside.items[Number(segment)] : pair?.value
    const key = pair?.key as Node | undefined
    const isKeyWanted = at === 'key' && depth === path.length - 1
    const place = (isKeyWanted ? undefined : startOf(next)) ?? key?.range?.[0]
    if (place === undefined) break
    offset = place
    node = next
  }
  return offset
}

/** A value that is not written at all (`key:`) begins nowhere. */
function startOf(node: unknown): number | undefined {
  const [start, end] = (node as Node | null)?.range ?? []
  return start === end ? undefined : start
}

function resolved(document: Document, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node
}

/** A map's own pair, or one that a merge key brings in. */
function findPair(document: Document, map: YAMLMap, key: string | number): Pair | undefined {
  const own = ownPair(map, key)
  if (own) return own
  for (const pair of map.items.filter((each) => keyText(each) === '<<')) {
    const merged = resolved(document, pair.value)
    const sources = isSeq(merged) ? merged.items.map((item) => resolved(document, item)) : [merged]
    const found = sources
      .filter(isMap)
      .map((source) => findPair(document, source as YAMLMap, key))
      .find((each) => each !== undefined)
    if (found) return found
  }
  return undefined
}

export function ownPair(map: YAMLMap, key: string | number): Pair | undefined {
  return map.items.find((pair) => keyText(pair) === String(key))
}

function keyText(pair: Pair): string {
  const key: unknown = isScalar(pair.key) ? pair.key.value : pair.key
  // yaml reads << as a symbol.
  return typeof key === 'symbol' ? '<<' : String(key)
}
