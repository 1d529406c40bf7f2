const EQUALS = '='
const QUOTE = 34

/**
 * Calls `take` with each `key=value` of a line, from `at` on; words without `=` are passed over.
 * Quoted values are JSON strings.
 */
export function eachField(
  line: string,
  at: number,
  take: (key: string, value: string) => void,
): void {
  while (at < line.length) {
    const equals = line.indexOf(EQUALS, at)
    if (equals < 0) return
    const key = line.slice(line.lastIndexOf(' ', equals) + 1, equals)
    if (line.charCodeAt(equals + 1) === QUOTE) {
      const end = closingQuote(line, equals + 2)
      take(key, unquoted(line.slice(equals + 1, end + 1)))
      at = end + 1
    } else {
      const space = line.indexOf(' ', equals)
      const end = space < 0 ? line.length : space
      take(key, line.slice(equals + 1, end))
      at = end + 1
    }
  }
}

/** The quote that ends a value, or the line's last character if there is none. */
function closingQuote(line: string, from: number): number {
  for (let at = line.indexOf('"', from); at >= 0; at = line.indexOf('"', at + 1)) {
    let backslashes = 0
    while (line[at - 1 - backslashes] === '\\') backslashes += 1
    if (backslashes % 2 === 0) return at
  }
  return line.length - 1
}

/**
 * A value that is not a JSON string (Heroku writes some without escapes) is taken as it stands between
 * its quotes.
 */
function unquoted(text: string): string {
  try {
    return JSON.parse(text) as string
  } catch (error) {
    if (error instanceof SyntaxError) return text.replace(/^"|"$/g, '')
    throw error
  }
}
