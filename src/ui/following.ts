/** Commands that go on until Ctrl-C: their end, their lines, and the text that they redraw. */
import { once } from 'node:events'
import { signalStatus, STOP_SIGNALS } from '../lib/signals.js'
import { harmless, writeData, writeOut } from '../lib/terminal.js'
import { cutColoured } from './fit.js'

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

const RESTORE_CURSOR = '\x1b[?25h'

/**
 * A text that replaces itself in place on a terminal, cut to its rows; elsewhere each text is
 * printed below the last.
 */
interface LiveScreen {
  show(text: string): void
  /** Leaves the last text if it is, and the cursor below it. */
  end(): void
}

export function liveScreen(out: NodeJS.WriteStream = process.stdout): LiveScreen {
  if (!out.isTTY || process.env.TERM === 'dumb')
    return { show: (text) => void out.write(`${harmless(text)}\n\n`), end: () => {} }
  let rows = 0
  out.write('\x1b[?25l')
  return {
    show(text) {
      const lines = fitting(harmless(text).split('\n'), out.rows, out.columns)
      const up = rows > 0 ? `\x1b[${rows}A` : ''
      out.write(`${up}\r${lines.map((line) => `${line}\x1b[K\n`).join('')}\x1b[J`)
      rows = lines.length
    },
    end: () => void out.write(RESTORE_CURSOR),
  }
}

/**
 * As many lines as the terminal holds with one free for the cursor. A line that would wrap would
 * move all below it, so it is cut.
 */
function fitting(lines: readonly string[], rows: number, columns: number): string[] {
  const room = Math.max(1, rows - 1)
  const kept =
    lines.length <= room
      ? [...lines]
      : [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more lines`]
  return kept.map((line) => cutColoured(line, columns))
}
