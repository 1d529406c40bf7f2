import { writeSync } from 'node:fs'
import { emitKeypressEvents, type Interface } from 'node:readline'
import { harmless } from '../../lib/terminal.js'
import type { Key } from './view.js'

/* The alternate screen, no cursor, no wrap; and back. */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J'
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l'

/** ms after which an escape is a key of its own and not the head of another key's sequence. */
const ESCAPE_WAIT = 50

interface TerminalEvents {
  onKey(key: Key): void
  /** The screen is empty: after a change of size, and after a pause of the process. */
  onBlank(): void
}

/**
 * The whole terminal, until `close`: every end of the process gives it back as it was, a crash too.
 * Only rows that have changed are written.
 * Ctrl-Z and SIGTSTP give it back for as long as the process sleeps.
 */
export class Terminal {
  private shown: string[] = []
  private isOpen = false
  private readonly listeners: {
    source: NodeJS.EventEmitter
    name: string
    listener: (...args: never[]) => void
  }[] = []

  constructor(
    private readonly events: TerminalEvents,
    private readonly out = process.stdout,
    private readonly keys = process.stdin,
  ) {
    if (keys.isTTY) {
      // Of an interface it reads this alone.
      emitKeypressEvents(keys, { escapeCodeTimeout: ESCAPE_WAIT } as unknown as Interface)
      this.on(keys, 'keypress', (_text: string | undefined, key: Key) => events.onKey(key))
    }
    this.on(out, 'resize', () => this.blank())
    this.on(out, 'drain', () => events.onBlank())
    this.on(process, 'SIGTSTP', () => this.sleep())
    this.on(process, 'exit', () => this.leave())
    this.on(process, 'uncaughtExceptionMonitor', () => this.leave())
    this.enter()
  }

  get size(): { columns: number; rows: number } {
    return { columns: this.out.columns || 80, rows: this.out.rows || 24 }
  }

  /** A reader that is behind gets the next frame instead of this one. */
  show(frame: readonly string[]): void {
    if (!this.isOpen || this.out.writableNeedDrain) return
    const lines = frame.map(harmless)
    const changes = lines
      .map((line, row) =>
        line === this.shown[row] ? '' : `\x1b[${row + 1};1H\x1b[0m\x1b[2K${line}`,
      )
      .join('')
    this.shown = [...lines]
    if (changes !== '') this.out.write(changes)
  }

  /** Stops as a shell's job does: the whole group, so that a pipeline stops together. */
  suspend(): void {
    process.kill(0, 'SIGTSTP')
  }

  close(): void {
    this.leave()
    for (const { source, name, listener } of this.listeners.splice(0))
      source.off(name, listener as () => void)
    this.keys.pause()
  }

  private sleep(): void {
    this.leave()
    process.once('SIGCONT', () => this.enter())
    process.kill(process.pid, 'SIGSTOP')
  }

  private enter(): void {
    this.isOpen = true
    if (this.keys.isTTY) this.keys.setRawMode(true).resume()
    this.out.write(ENTER)
    this.blank()
  }

  private blank(): void {
    this.shown = []
    this.events.onBlank()
  }

  private leave(): void {
    if (!this.isOpen) return
    this.isOpen = false
    if (this.keys.isTTY) this.keys.setRawMode(false)
    // The process may be at its end, where only what is written at once arrives.
    try {
      writeSync(1, LEAVE)
    } catch (error) {
      // EIO, EPIPE: the terminal has gone, and there is nothing to give back. EAGAIN: it is full,
      // and a queue is better than nothing.
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') this.out.write(LEAVE)
      else if (!['EIO', 'EPIPE', 'EBADF'].includes((error as NodeJS.ErrnoException).code ?? ''))
        throw error
    }
  }

  private on(
    source: NodeJS.EventEmitter,
    name: string,
    listener: (...args: never[]) => void,
  ): void {
    source.on(name, listener as () => void)
    this.listeners.push({ source, name, listener })
  }
}
