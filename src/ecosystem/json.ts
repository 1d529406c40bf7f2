import type { Locate, Path } from './problem.js'
import { NotLiteral, parseLiteral, type LiteralNode } from './literal.js'
import { dataPath } from './shape.js'
import { fileProblem, placeAt, type Source } from './source.js'

/**
 * JSON to data, or any literal of JavaScript: PM2 evaluates such a file. What only running it could
 * tell is a problem here.
 */
export function readJson(text: string): Source {
  try {
    const tree = parseLiteral(text)
    if (tree === undefined) return { problems: [fileProblem('the file is empty')] }
    return { data: tree.value, locate: locateIn(tree, text) }
  } catch (error) {
    if (error instanceof NotLiteral)
      return { problems: [fileProblem(`not JSON: ${error.message}`, placeAt(text, error.offset))] }
    throw error
  }
}

function locateIn(tree: LiteralNode, text: string): Locate {
  return (path, at) => placeAt(text, offsetOf(tree, dataPath(tree.value, path), at))
}

/** Where a key or value begins; the nearest thing around it if it is not in the text. */
function offsetOf(tree: LiteralNode, path: Path, at: 'key' | 'value'): number {
  let node = tree
  let { offset } = tree
  for (const [depth, segment] of path.entries()) {
    // Of two entries with one name the last one counts.
    const entry = node.entries?.findLast(({ key }) => key === String(segment))
    const next = entry?.node ?? node.items?.[Number(segment)]
    if (next === undefined) break
    offset =
      at === 'key' && entry !== undefined && depth === path.length - 1 ? entry.offset : next.offset
    node = next
  }
  return offset
}
