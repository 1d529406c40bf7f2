/**
 * Wraps what most help is: words in ASCII with one space between them, none longer than a line. As
 * wrap-ansi with `hard` does it, in a tenth of the time.
 * @param width columns
 * @returns undefined where the text is not so plain
 */
export function wrapPlain(text: string, width: number): string | undefined {
  if (/[^\x20-\x7e\n]|^ | $| {2}/m.test(text)) return undefined
  const rows: string[] = []
  for (const line of text.split('\n')) {
    if (line.length <= width) rows.push(line)
    else {
      let row: string | undefined
      for (const word of line.split(' ')) {
        if (word.length > width) return undefined
        if (row !== undefined && row.length + 1 + word.length > width) {
          rows.push(row)
          row = word
        } else row = row === undefined ? word : `${row} ${word}`
      }
      rows.push(row ?? '')
    }
  }
  return rows.join('\n')
}
