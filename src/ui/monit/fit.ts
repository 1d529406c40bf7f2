import stringWidth from 'string-width'

const PLAIN = /^[\x20-\x7e]*$/
/** Marks that turn the direction of what follows: in a row of panes they would turn the neighbour's text as well. */
const DIRECTION = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
const segmenter = new Intl.Segmenter()

/** Columns that a text without colours takes on a terminal. */
export const widthOf = (text: string): number => (PLAIN.test(text) ? text.length : stringWidth(text))

/** At most `width` columns of a text without colours, the last of them `ellipsis` where it was cut. */
export function cut(text: string, width: number, ellipsis = '…'): string {
  // No text needs more than its first characters looked at: a character is a column, and what takes none is rare.
  const head = (text.length > 4 * width + 64 ? text.slice(0, 4 * width + 64) : text).replace(/\s/g, ' ').replace(DIRECTION, '')
  if (widthOf(head) <= width) return head
  if (width < 1) return ''
  if (PLAIN.test(head)) return head.slice(0, width - 1) + ellipsis
  let kept = ''
  let taken = 0
  for (const { segment } of segmenter.segment(head)) {
    const wide = stringWidth(segment)
    if (taken + wide > width - 1) break
    kept += segment
    taken += wide
  }
  return kept + ellipsis
}

/** Exactly `width` columns: cut, or filled with spaces behind, or before with `end`. */
export function fit(text: string, width: number, { ellipsis = '…', end = false }: { ellipsis?: string; end?: boolean } = {}): string {
  const kept = cut(text, width, ellipsis)
  const space = ' '.repeat(Math.max(0, width - widthOf(kept)))
  return end ? space + kept : kept + space
}
