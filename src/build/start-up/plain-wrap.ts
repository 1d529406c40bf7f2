import { wrap } from '../../lib/wrap.js'

/**
 * Wraps what most help is: words in ASCII with one space between them, none longer than a line. As
 * wrap-ansi with `hard` does it, in less time.
 * @param width columns
 * @returns undefined where the text is not so plain
 */
export function wrapPlain(text: string, width: number): string | undefined {
  if (/[^\x20-\x7e\n]|^ | $| {2}/m.test(text)) return undefined
  const rows = text.split('\n').flatMap((line) => (line.length <= width ? line : wrap(line, width)))
  return rows.every((row) => row.length <= width) ? rows.join('\n') : undefined
}
