import { once } from 'node:events'
import { writeOut } from '../lib/terminal.js'

interface LineWriter {
  /** Resolves when the reader can take more. */
  write(line: string): Promise<void>
  /** Aborted when the reader of stdout has gone (`| head`): no fault, only the end. */
  readerGone: AbortSignal
  release(): void
}

/** stdout for a stream of lines: as fast as its reader, and ended by it. */
export function lineWriter(): LineWriter {
  const gone = new AbortController()
  const onError = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    gone.abort()
  }
  process.stdout.on('error', onError)
  return {
    readerGone: gone.signal,
    async write(line) {
      if (gone.signal.aborted || writeOut(`${line}\n`)) return
      await once(process.stdout, 'drain', { signal: gone.signal }).catch((error: unknown) => {
        if (!gone.signal.aborted) throw error
      })
    },
    release: () => process.stdout.off('error', onError),
  }
}
