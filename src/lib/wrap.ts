/**
 * Words on lines of at most `width` columns; the first may be narrower. A longer word has a line of
 * its own.
 */
export function wrap(text: string, firstWidth: number, width: number = firstWidth): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const room = lines.length === 0 ? firstWidth : width
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}

/**
 * `lead` stands before the first line only, and the others are indented; the lead's colour codes
 * take no columns.
 */
export function indented(text: string, lead: string, indent: number, width: number): string[] {
  // eslint-disable-next-line no-control-regex -- picocolors' own codes
  const columns = lead.replace(/\x1b\[\d+m/g, '').length
  const [first, ...rest] = wrap(text, width - columns, width - indent)
  return [lead + first, ...rest.map((line) => ' '.repeat(indent) + line)]
}
