import stringWidth from 'string-width'

/**
 * What takes a column a character everywhere: ASCII, and the signs that shipit itself draws with.
 */
const SIMPLE = /^[\x20-\x7e…·→↑↓↺─│╭╮╰╯▸●✖]*$/
/**
 * Marks that turn the direction of what follows: in a row of panes they would turn the neighbour's
 * text as well.
 */
const DIRECTION = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
/**
 * Characters that make one picture of several, which one terminal draws as one and another side by
 * side.
 */
const JOINED = /\u200d|\ufe0f|\u20e3|\p{Emoji_Modifier}|[\u{e0020}-\u{e007f}]/u
const COLOURS = /(\x1b\[[0-9;]*m)/ // eslint-disable-line no-control-regex -- what picocolors writes
const segmenter = new Intl.Segmenter()

/** Columns that a text takes on a terminal; its colours take none. */
export const widthOf = (text: string): number =>
  SIMPLE.test(text) ? text.length : stringWidth(text)

/**
 * At most `width` columns of a text without colours, the last of them `ellipsis` if it was cut.
 */
export function cut(text: string, width: number, ellipsis = '…'): string {
  // No text needs more than its first characters looked at: a character is a column, and what takes
  // none is rare.
  const head = plain(text.length > 4 * width + 64 ? text.slice(0, 4 * width + 64) : text)
  if (widthOf(head) <= width) return head
  if (width < 1) return ''
  return begin(head, width - widthOf(ellipsis)).text + ellipsis
}

/**
 * At most `width` columns of a text that may have colours; all of these are kept, so that none goes
 * on behind it.
 */
export function cutColoured(text: string, width: number): string {
  let room = width
  return text
    .split(COLOURS)
    .map((piece) => {
      if (piece.startsWith('\x1b')) return piece
      const kept = begin(plain(piece), room)
      // Behind a wide character that had no room a narrow one must not stand.
      room = kept.isWhole ? room - kept.columns : 0
      return kept.text
    })
    .join('')
}

/** Exactly `width` columns: cut, or filled with spaces behind, or before with `end`. */
export function fit(
  text: string,
  width: number,
  { ellipsis = '…', end = false }: { ellipsis?: string; end?: boolean } = {},
): string {
  const kept = cut(text, width, ellipsis)
  const space = ' '.repeat(Math.max(0, width - widthOf(kept)))
  return end ? space + kept : kept + space
}

/** A text whose every character all terminals take to be as wide. */
function plain(text: string): string {
  if (SIMPLE.test(text)) return text
  const even = text.replace(/\s/g, ' ').replace(DIRECTION, '')
  return JOINED.test(even)
    ? Array.from(segmenter.segment(even), ({ segment }) =>
        JOINED.test(segment) ? String.fromCodePoint(segment.codePointAt(0)!) : segment,
      ).join('')
    : even
}

/** As many whole characters as have room. */
function begin(text: string, room: number): { text: string; columns: number; isWhole: boolean } {
  const columns = widthOf(text)
  if (columns <= room) return { text, columns, isWhole: true }
  if (SIMPLE.test(text))
    return { text: text.slice(0, Math.max(0, room)), columns: Math.max(0, room), isWhole: false }
  let kept = ''
  let taken = 0
  for (const { segment } of segmenter.segment(text)) {
    const wide = stringWidth(segment)
    if (taken + wide > room) break
    kept += segment
    taken += wide
  }
  return { text: kept, columns: taken, isWhole: false }
}
