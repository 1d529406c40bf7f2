import type { Duplex, Readable } from 'node:stream'

/**
 * Passes what a process says on to its client, at the client's pace: one that does not read holds
 * the process up, as a terminal would.
 */
export function connectOutput(from: Readable, client: Duplex): void {
  from.on('data', (chunk: Buffer) => {
    // Nobody is there any more, and the process must not wait for nobody.
    if (client.destroyed || client.write(chunk)) return
    from.pause()
    const resume = () => {
      client.off('drain', resume).off('close', resume)
      from.resume()
    }
    client.on('drain', resume).on('close', resume)
  })
}
