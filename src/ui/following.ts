/** What a command that goes on until Ctrl-C has in place of an end. */
import { once } from 'node:events'
import { signalStatus, STOP_SIGNALS } from '../lib/signals.js'
import { writeData, writeOut } from '../lib/terminal.js'

/**
 * Ctrl-C or SIGTERM as the end of something that goes on by itself. A second one ends the process
 * as ever.
 */
export function untilStopped(): { signal: AbortSignal; release(): void } {
  const stop = new AbortController()
  const onSignal = (name: NodeJS.Signals) => {
    process.exitCode = signalStatus(name)
    stop.abort()
    release()
  }
  for (const name of STOP_SIGNALS) process.on(name, onSignal)
  const release = () => {
    for (const name of STOP_SIGNALS) process.off(name, onSignal)
  }
  return { signal: stop.signal, release }
}

interface LineWriter {
  /** Resolves when the reader can take more. */
  write(line: string): Promise<void>
  /** Aborted when the reader of stdout has gone (`| head`): no fault, only the end. */
  readerGone: AbortSignal
  release(): void
}

/**
 * stdout for a stream of lines: as fast as its reader, and ended by it.
 * @param isData whether lines go byte for byte into a file or a pipe
 */
export function lineWriter({ isData = false } = {}): LineWriter {
  const put = isData ? writeData : writeOut
  const gone = new AbortController()
  const onError = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    gone.abort()
  }
  process.stdout.on('error', onError)
  return {
    readerGone: gone.signal,
    async write(line) {
      if (gone.signal.aborted || put(`${line}\n`)) return
      await once(process.stdout, 'drain', { signal: gone.signal }).catch((error: unknown) => {
        if (!gone.signal.aborted) throw error
      })
    },
    release: () => process.stdout.off('error', onError),
  }
}
