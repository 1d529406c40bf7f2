/**
 * JavaScript without its comments: they become spaces, so that every other character keeps its
 * place. Strings stay as they are.
 */
export function withoutComments(source: string): string {
  const token =
    /"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'|`(?:[^`\\]|\\[^])*`|\/\/[^\n]*|\/\*[^]*?\*\//g
  return source.replace(token, (found) =>
    found.startsWith('//') || found.startsWith('/*') ? found.replace(/[^\n]/g, ' ') : found,
  )
}

/** Paths of the modules of its own that a source loads, as it writes them: ./routes, ../db.js. */
export function ownImports(source: string): string[] {
  const loads = /(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*(['"])(\.{1,2}\/?[^'"\n]*)\1/g
  return [...source.matchAll(loads)].map(([, , file]) => file!)
}

/** 1-based line of an offset. */
export const lineAt = (text: string, offset: number): number =>
  text.slice(0, offset).split('\n').length

/** The arguments of a call, as they are written, from behind its opening bracket on. */
export function argumentsAt(text: string, start: number): string[] {
  const found: string[] = []
  let depth = 0
  let begin = start
  const token = /(['"`])(?:(?!\1)[^\\]|\\[^])*\1|[()[\]{},]/g
  token.lastIndex = start
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [sign] = match
    if (/^[([{]$/.test(sign)) depth += 1
    else if (/^[)\]}]$/.test(sign)) depth -= 1
    else if (sign !== ',') continue
    const isEnd = depth < 0
    if (!isEnd && !(sign === ',' && depth === 0)) continue
    found.push(text.slice(begin, match.index).trim())
    begin = match.index + 1
    if (isEnd) break
  }
  return found.filter((each) => each !== '')
}
