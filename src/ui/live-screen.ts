import { harmless } from '../lib/terminal.js'
import { cutColoured } from './fit.js'

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
