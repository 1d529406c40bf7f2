import type { Duplex } from 'node:stream'

/**
 * The first line of a connection, without its line break; what follows it stays to be read, and the
 * connection paused. Undefined if there is none within `longest` bytes.
 */
export function firstLine(from: Duplex, longest: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = Buffer.alloc(0)
    const end = (line: string | undefined) => {
      from.off('data', take).off('close', give)
      from.pause()
      resolve(line)
    }
    const give = () => end(undefined)
    const take = (chunk: Buffer) => {
      text = Buffer.concat([text, chunk])
      const at = text.indexOf('\n')
      if (at === -1 ? text.length > longest : at > longest) return end(undefined)
      if (at === -1) return
      const rest = text.subarray(at + 1)
      const line = text.toString('latin1', 0, at).replace(/\r$/, '')
      end(line)
      if (rest.length > 0) from.unshift(rest)
    }
    from.on('data', take).once('close', give).resume()
  })
}
