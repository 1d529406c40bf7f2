import { StringDecoder } from 'node:string_decoder'

/**
 * What logplex takes as one line; a longer one is passed on in pieces, so that no more than this is
 * ever held.
 */
const LONGEST = 10_000

interface LineSplitter {
  write(chunk: Buffer): void
  /** Passes on the last line, when no line break followed it. */
  end(): void
}

/** Cuts a stream of bytes into lines, without splitting a character that lies across two chunks. */
export function lineSplitter(onLine: (line: string) => void): LineSplitter {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  return {
    write(chunk) {
      const lines = (rest + decoder.write(chunk)).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) onLine(line.endsWith('\r') ? line.slice(0, -1) : line)
      while (rest.length > LONGEST) {
        onLine(rest.slice(0, LONGEST))
        rest = rest.slice(LONGEST)
      }
    },
    end() {
      rest += decoder.end()
      if (rest !== '') onLine(rest)
      rest = ''
    },
  }
}
