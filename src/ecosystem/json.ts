import { findNodeAtLocation, getNodeValue, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser'
import type { Locate, Path } from './finding.js'
import { dataPath } from './shape.js'
import { fileProblem, placeAt, type Source } from './source.js'

const SAYINGS: Record<string, string> = {
  InvalidSymbol: 'a word that is not in quotes',
  PropertyNameExpected: 'a name in double quotes is expected here',
  ValueExpected: 'a value is expected here',
  ColonExpected: 'a colon is expected here',
  CommaExpected: 'a comma is missing before this',
  CloseBraceExpected: 'a } is missing',
  CloseBracketExpected: 'a ] is missing',
  EndOfFileExpected: 'the file goes on after its end',
  UnexpectedEndOfString: 'a text is not closed',
  UnexpectedEndOfComment: 'a comment is not closed',
}

/** JSON to data; comments and trailing commas are allowed, since PM2 reads such a file as JavaScript. */
export function readJson(text: string): Source {
  const errors: ParseError[] = []
  const tree = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false, allowEmptyContent: true })
  const [first] = errors
  if (first) {
    const code = printParseErrorCode(first.error)
    return { problems: [fileProblem(`not JSON: ${SAYINGS[code] ?? code}`, placeAt(text, first.offset))] }
  }
  if (tree === undefined) return { problems: [fileProblem('the file is empty')] }
  const data: unknown = getNodeValue(tree)
  return { data, locate: locateIn(tree, text, data) }
}

function locateIn(tree: Node, text: string, data: unknown): Locate {
  return (path, at) => {
    const full = dataPath(data, path)
    const node = nearest(tree, full)
    const isWhole = node.depth === full.length && typeof full.at(-1) === 'string'
    const key = at === 'key' && isWhole ? node.node.parent?.children?.[0] : undefined
    return placeAt(text, (key ?? node.node).offset)
  }
}

function nearest(tree: Node, path: Path): { node: Node; depth: number } {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const node = findNodeAtLocation(tree, path.slice(0, depth))
    if (node) return { node, depth }
  }
  return { node: tree, depth: 0 }
}
