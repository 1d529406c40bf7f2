import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Scalar,
  stringify,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import type { Path } from './problem.js'
import { yamlScalar } from './render.js'
import { ownPair } from './yaml.js'

/**
 * The text with one value set or taken out in place; undefined if that cannot be done by cutting
 * and pasting.
 */
export function splice(
  document: Document.Parsed,
  text: string,
  path: Path,
  value: unknown,
): string | undefined {
  const found = deepest(document.contents, path)
  if (found.rest.length === 0)
    return value === undefined ? taken(text, found) : replaced(text, found, value)
  if (value === undefined) return undefined
  const [key, ...inside] = found.rest as [string | number, ...(string | number)[]]
  return added(text, found, key, nested(inside, value))
}

interface Found {
  node: Node | null
  /** What holds the node, and the pair that it is the value of. */
  parent?: YAMLMap | YAMLSeq
  pair?: Pair
  rest: (string | number)[]
}

/**
 * The last node on the path that the text itself holds; what an alias or a merge key brings in does
 * not count.
 */
function deepest(root: Node | null, path: Path): Found {
  let found: Found = { node: root, rest: [...path] }
  while (found.rest.length > 0) {
    const { node } = found
    const [segment, ...rest] = found.rest as [string | number, ...(string | number)[]]
    const pair = isMap(node) ? ownPair(node, segment) : undefined
    const item = isSeq(node) ? (node.items[Number(segment)] as Node | undefined) : undefined
    if (pair && isMap(node)) found = { node: pair.value as Node | null, parent: node, pair, rest }
    else if (item && isSeq(node)) found = { node: item, parent: node, rest }
    else break
  }
  return found
}

function nested(path: readonly (string | number)[], value: unknown): unknown {
  return path.reduceRight<unknown>(
    (inner, key) => (typeof key === 'number' ? [inner] : { [key]: inner }),
    value,
  )
}

function replaced(text: string, { node, parent, pair }: Found, value: unknown): string | undefined {
  const range = node?.range
  if (!range) return undefined
  if (pair && parent && (isEmptyText(node) || isBlock(node) || !isInline(value, parent.flow))) {
    // Everything from the colon on is new; what stood before it, an anchor included, would not fit
    // the new value.
    if ((node as { anchor?: string }).anchor !== undefined) return undefined
    const colon = text.indexOf(':', (pair.key as Node).range![1]) + 1
    return cut(
      text,
      colon,
      isEmptyText(node) ? colon : contentEnd(text, node!),
      afterColon(value, indentOf(text, parent), endOfLine(text)),
    )
  }
  if (isBlock(node) || isEmptyText(node)) return undefined
  return cut(text, range[0], range[1], inline(value, isScalar(node) ? node.type : undefined))
}

function added(
  text: string,
  { node, parent, pair }: Found,
  key: string | number,
  value: unknown,
): string | undefined {
  if (isAlias(node)) {
    if (typeof key === 'number') return undefined
    return cut(
      text,
      node.range![0],
      node.range![1],
      `{ <<: *${node.source}, ${yamlScalar(key)}: ${inline(value)} }`,
    )
  }
  if (isMap(node))
    return node.flow
      ? addedInBrackets(text, node, `${yamlScalar(String(key))}: ${inline(value)}`)
      : addedPair(text, node, String(key), value)
  if (isSeq(node))
    return node.flow ? addedInBrackets(text, node, inline(value)) : addedItem(text, node, value)
  return replaced(text, { node, parent, pair, rest: [] }, nested([key], value))
}

function addedInBrackets(text: string, node: YAMLMap | YAMLSeq, piece: string): string {
  const last = node.items.at(-1)
  if (last === undefined) {
    const [open, close] = isMap(node) ? ['{ ', ' }'] : ['[', ']']
    return cut(text, node.range![0], node.range![1], open + piece + close)
  }
  const end = itemEnd(text, last)
  return cut(text, end, end, `, ${piece}`)
}

function addedPair(text: string, node: YAMLMap, key: string, value: unknown): string | undefined {
  if (node.items.length === 0) return undefined
  const indent = indentOf(text, node)
  return newLine(
    text,
    contentEnd(text, node),
    `${indent}${yamlScalar(key)}:${afterColon(value, indent, endOfLine(text))}`,
  )
}

function addedItem(text: string, node: YAMLSeq, value: unknown): string {
  // Before the first item; of a dash that is another one the caller sees that the result is wrong.
  const dash = text.lastIndexOf('-', (node.items[0] as Node).range![0] - 1)
  const indent = ' '.repeat(dash - lineStart(text, dash))
  const lines = isInline(value, false) ? [inline(value)] : blockLines(value)
  return newLine(
    text,
    contentEnd(text, node),
    lines
      .map((line, index) => `${indent}${index === 0 ? '- ' : '  '}${line}`)
      .join(endOfLine(text)),
  )
}

function taken(text: string, { parent, pair }: Found): string | undefined {
  if (!pair) return undefined
  const start = (pair.key as Node).range![0]
  const end = afterLine(text, itemEnd(text, pair))
  const isAloneOnLine = /^\s*$/.test(text.slice(lineStart(text, start), start))
  if (isAloneOnLine) return cut(text, lineStart(text, start), end, '')
  const [first, second] = (parent as YAMLMap).items
  return first === pair && second ? cut(text, start, (second.key as Node).range![0], '') : undefined
}

function isBlock(node: Node | null): boolean {
  if (isMap(node) || isSeq(node)) return !node.flow
  return isScalar(node) && (node.type === Scalar.BLOCK_FOLDED || node.type === Scalar.BLOCK_LITERAL)
}

/** `key:` with nothing after it. */
function isEmptyText(node: Node | null): boolean {
  return isScalar(node) && node.range?.[0] === node.range?.[1]
}

function isInline(value: unknown, isInBrackets: boolean | undefined): boolean {
  const isMapping =
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(value).length > 0
  const isDeepList =
    Array.isArray(value) && value.some((each) => typeof each === 'object' && each !== null)
  return isInBrackets === true || !(isMapping || isDeepList)
}

function inline(value: unknown, style?: Scalar.Type): string {
  if (typeof value === 'string') {
    if (style === Scalar.QUOTE_DOUBLE) return JSON.stringify(value)
    // eslint-disable-next-line no-control-regex
    if (style === Scalar.QUOTE_SINGLE && !/[\u0000-\u001F]/.test(value))
      return `'${value.replaceAll("'", "''")}'`
    return yamlScalar(value)
  }
  if (Array.isArray(value)) return `[${value.map((each) => inline(each)).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const pairs = Object.entries(value).map(([key, each]) => `${yamlScalar(key)}: ${inline(each)}`)
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`
}

function blockLines(value: unknown): string[] {
  return stringify(value, { lineWidth: 0, indentSeq: true }).trimEnd().split('\n')
}

function afterColon(value: unknown, indent: string, eol: string): string {
  if (isInline(value, false)) return ` ${inline(value)}`
  return blockLines(value)
    .map((line) => `${eol}${indent}  ${line}`)
    .join('')
}

function itemEnd(text: string, item: unknown): number {
  const pair = item as Pair
  if (!('key' in (item as object))) return contentEnd(text, item as Node)
  const value = pair.value as Node | null
  if (value?.range && !isEmptyText(value)) return contentEnd(text, value)
  const keyEnd = (pair.key as Node).range![1]
  return /^\s*:/.test(text.slice(keyEnd)) ? text.indexOf(':', keyEnd) + 1 : keyEnd
}

/** Where the last character of a node is, trailing comments and blank lines not counted. */
function contentEnd(text: string, node: Node): number {
  if ((isMap(node) || isSeq(node)) && !node.flow && node.items.length > 0)
    return itemEnd(text, node.items.at(-1))
  const end = node.range![1]
  return isBlock(node) ? node.range![0] + text.slice(node.range![0], end).trimEnd().length : end
}

function newLine(text: string, after: number, line: string): string {
  const at = afterLine(text, after)
  const eol = endOfLine(text)
  return text.charAt(at - 1) === '\n'
    ? cut(text, at, at, line + eol)
    : cut(text, at, at, eol + line)
}

function indentOf(text: string, node: YAMLMap | YAMLSeq): string {
  const start = ((node.items[0] as Pair).key as Node).range![0]
  return ' '.repeat(start - lineStart(text, start))
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}

function afterLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset)
  return end === -1 ? text.length : end + 1
}

function endOfLine(text: string): string {
  return /\r\n|\n/.exec(text)?.[0] ?? '\n'
}

function cut(text: string, start: number, end: number, piece: string): string {
  return text.slice(0, start) + piece + text.slice(end)
}
