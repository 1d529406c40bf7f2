/** Longest line that Heroku passes on, in bytes (devcenter.heroku.com/articles/limits). */
const MAX_LINE_BYTES = 10_000

/**
 * The lines of a chunk of output, each at most 10,000 bytes of UTF-8 and never cut inside a
 * character.
 */
export function splitLines(message: string): string[] {
  const lines = message.split(/\r\n|\n|\r/)
  if (lines.length > 1 && lines.at(-1) === '') lines.pop()
  return lines.flatMap(splitLong)
}

function splitLong(line: string): string[] {
  // A UTF-16 unit takes at most three bytes, so most lines need no counting.
  if (line.length * 3 <= MAX_LINE_BYTES) return [line]
  const bytes = Buffer.from(line)
  if (bytes.length <= MAX_LINE_BYTES) return [line]
  const parts: string[] = []
  for (let start = 0; start < bytes.length;) {
    let end = Math.min(start + MAX_LINE_BYTES, bytes.length)
    while (end < bytes.length && isContinuation(bytes[end])) end -= 1
    parts.push(bytes.toString('utf8', start, end))
    start = end
  }
  return parts
}

/** The second to fourth byte of a UTF-8 sequence is 10xxxxxx. */
const isContinuation = (byte: number | undefined) => ((byte ?? 0) & 0xc0) === 0x80
