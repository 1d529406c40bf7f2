/** V8 keeps a part of at least this many characters as a view of the whole that it was cut from. */
const SHORTEST_VIEW = 13

/**
 * A copy that holds nothing else in memory: a name cut from a line would keep the packet that
 * brought the line. At most `most` characters.
 */
export function ownText(text: string, most = Infinity): string {
  if (text.length < SHORTEST_VIEW) return text
  return Buffer.from(text.length > most ? text.slice(0, most) : text).toString()
}
