/**
 * Output as Heroku's log takes it: whole lines of at most 10,000 bytes, so that lines of several
 * processes never mix.
 */

/**
 * Heroku's limit of a log line, in bytes without its line feed
 * (devcenter.heroku.com/articles/limits).
 */
export const LONGEST_LINE = 10_000

const FEED = 10
const FEED_BYTES = Buffer.from('\n')

/**
 * What is complete in `bytes`, in pieces that each end with a line feed, and what waits for more.
 */
interface Cut {
  complete: Buffer[]
  rest: Buffer
}

/**
 * Cuts off every complete line, as few pieces as can be. A line of more than `longest` bytes is cut
 * there, between characters, and a line feed put in: Heroku would cut it so, and lines of another
 * process may then come between.
 */
export function cutBlocks(bytes: Buffer, longest = LONGEST_LINE): Cut {
  const complete: Buffer[] = []
  let begin = 0
  let at = 0
  while (bytes.length - at > longest) {
    const feed = bytes.lastIndexOf(FEED, at + longest)
    if (feed >= at) {
      at = feed + 1
      continue
    }
    at = characterEnd(bytes, at, longest)
    complete.push(bytes.subarray(begin, at), FEED_BYTES)
    begin = at
  }
  const last = bytes.lastIndexOf(FEED)
  if (last >= begin) complete.push(bytes.subarray(begin, last + 1))
  return { complete, rest: bytes.subarray(Math.max(begin, last + 1)) }
}

/** As cutBlocks, but line by line and without the line feeds. */
export function cutLines(bytes: Buffer, longest: number): Cut {
  const complete: Buffer[] = []
  let at = 0
  while (at < bytes.length) {
    const feed = bytes.indexOf(FEED, at)
    const isTooLong = (feed < 0 ? bytes.length : feed) - at > longest
    if (!isTooLong && feed < 0) break
    const end = isTooLong ? characterEnd(bytes, at, longest) : feed
    complete.push(bytes.subarray(at, end))
    at = isTooLong ? end : feed + 1
  }
  return { complete, rest: bytes.subarray(at) }
}

/**
 * The last place within `longest` bytes of `from` that is not inside a character: UTF-8's later
 * bytes are 10xxxxxx.
 */
function characterEnd(bytes: Buffer, from: number, longest: number): number {
  let end = from + longest
  while (end > from + longest - 4 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return end
}
