import type { Duplex, Writable } from 'node:stream'

/**
 * What a client sends at the end of its input. A terminal knows what it means; a pipe is closed for
 * it.
 */
const END_OF_TRANSMISSION = 0x04
const END_BYTE = Buffer.of(END_OF_TRANSMISSION)
/**
 * ms in which nothing follows such a byte if it is the end, and no byte of the input itself that
 * a read happened to stop at.
 */
const SILENCE = 250
/**
 * Bytes that a process may leave unread. The end of a client is behind all that it sent, so no less
 * than this is read ahead to see it.
 */
const MOST_HELD = 16 * 1024 * 1024

/**
 * Passes a client's bytes on to a process. The process may end, or close its input, before its
 * client has said all: that is no error.
 */
export function connectInput(client: Duplex, input: Writable, isTerminal: boolean): void {
  let mayBeEnd: NodeJS.Timeout | undefined
  const resume = () => client.resume()
  input.on('error', () => input.destroy()).once('close', resume)

  const pass = (bytes: Buffer) => {
    if (
      !input.writable ||
      bytes.length === 0 ||
      input.write(bytes) ||
      input.writableLength < MOST_HELD
    )
      return
    client.pause()
    input.once('drain', resume)
  }
  client
    .once('close', () => clearTimeout(mayBeEnd))
    .on('data', (chunk: Buffer) => {
      if (isTerminal) return pass(chunk)
      if (mayBeEnd) {
        clearTimeout(mayBeEnd)
        mayBeEnd = undefined
        pass(END_BYTE)
      }
      const isLast = chunk.at(-1) === END_OF_TRANSMISSION
      pass(isLast ? chunk.subarray(0, -1) : chunk)
      if (isLast) mayBeEnd = setTimeout(() => input.end(), SILENCE)
    })
    .resume()
}
