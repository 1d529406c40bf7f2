/** Where an expression begins and ends, and what it is made of: by its text alone. */

/** Without brackets around it, conversions to a number or a text, and what TypeScript adds. */
export function bare(written: string): string {
  const text = written
    .trim()
    .replace(/\s+as\s+[\w\s.|<>]+$/, '')
    .replace(/!$/, '')
    .replace(/^\+(?=\w)/, '')
    .trim()
  const [, inner] =
    /^(?:Number|String|parseInt|Number\.parseInt|normalizePort)?\(([^]*)\)$/.exec(text) ?? []
  if (inner === undefined) return text
  const [first = '', ...others] = splitAt(inner, /^,/)
  const isWhole = others.every((each) => /^\s*\d*\s*$/.test(each))
  return isWhole && isBalanced(inner) ? bare(first) : text
}

const isBalanced = (text: string): boolean => {
  let depth = 0
  for (const char of text.replace(/(['"`])(?:(?!\1)[^\\]|\\[^])*\1/g, '')) {
    if (char === '(') depth += 1
    if (char === ')') depth -= 1
    if (depth < 0) return false
  }
  return depth === 0
}

/** Cut where the operator stands outside all brackets and strings. */
export function splitAt(text: string, operator: RegExp): string[] {
  const parts: string[] = []
  let depth = 0
  let begin = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!
    if (/['"`]/.test(char)) {
      const end = text.indexOf(char, at + 1)
      at = end === -1 ? text.length : end
    } else if (/[([{]/.test(char)) depth += 1
    else if (/[)\]}]/.test(char)) depth -= 1
    const found = depth === 0 ? operator.exec(text.slice(at)) : null
    if (!found) {
      // The second half of ?? is no operator of its own.
      if (text.startsWith('??', at)) at += 1
      continue
    }
    parts.push(text.slice(begin, at))
    begin = at + found[0].length
    at = begin - 1
  }
  return [...parts, text.slice(begin)]
}

/**
 * An expression from an offset on: to its semicolon, comma or closing bracket, or to the end of a
 * line that nothing carries on.
 */
export function expressionAt(text: string, start: number): string {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const char = text[at]!
    if (/['"`]/.test(char)) {
      const end = text.indexOf(char, at + 1)
      at = end === -1 ? text.length : end
    } else if (/[([{]/.test(char)) depth += 1
    else if (/[)\]}]/.test(char)) {
      depth -= 1
      if (depth < 0) return text.slice(start, at).trim()
    } else if (depth === 0 && /[;,]/.test(char)) return text.slice(start, at).trim()
    else if (
      depth === 0 &&
      char === '\n' &&
      text.slice(start, at).trim() !== '' &&
      !/^\s*(\|\||\?\?|[?:.])/.test(text.slice(at)) &&
      !/(\|\||\?\?|[?:=(,])\s*$/.test(text.slice(start, at))
    )
      return text.slice(start, at).trim()
  }
  return text.slice(start).trim()
}
