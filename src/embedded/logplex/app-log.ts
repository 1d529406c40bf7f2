import { readFileSync } from 'node:fs'
import { appendFile, rm } from 'node:fs/promises'
import writeFileAtomic from 'write-file-atomic'
import type { LogEntry, StoredLogEntry } from '../store/types.js'
import { splitLines } from './split.js'

/** Lines that Heroku keeps of an app (devcenter.heroku.com/articles/logging). */
const KEPT_LINES = 1_500

/**
 * Lines that a killed process had numbered and shown but not written must not get their numbers
 * again.
 */
const NUMBERS_SKIPPED_AT_START = 1_000_000

/**
 * ms between two writes: opening the file costs more than a line, and a busy app has thousands of
 * them a second.
 */
const WRITE_PAUSE = 50

type Listener = (entry: StoredLogEntry) => void

/**
 * The log of one app: its last lines in memory, the same in a file that is written behind, and who
 * listens.
 */
export class AppLog {
  readonly listeners = new Set<Listener>()
  private entries: StoredLogEntry[]
  private next: number
  private unwritten: StoredLogEntry[] = []
  private linesInFile: number
  private isRewriteDue: boolean
  private writing: Promise<void> | undefined
  private isForgotten = false
  /** Ends the pause before the next write. */
  private hurry: (() => void) | undefined
  private flushing = 0

  constructor(
    private readonly file: string,
    private readonly report: (problem: string) => void,
  ) {
    const { entries, isTorn } = readEntries(file)
    this.entries = entries.slice(-KEPT_LINES)
    this.linesInFile = entries.length
    this.isRewriteDue = isTorn
    this.next =
      entries.length === 0 ? 1 : (entries.at(-1) as StoredLogEntry).seq + NUMBERS_SKIPPED_AT_START
  }

  append(entry: LogEntry): void {
    for (const message of splitLines(entry.message)) {
      const stored: StoredLogEntry = {
        time: entry.time,
        source: entry.source,
        dyno: entry.dyno,
        message,
        seq: this.next++,
      }
      this.entries.push(stored)
      this.unwritten.push(stored)
      for (const listener of this.listeners) listener(stored)
    }
    // Trimmed by the thousand: shifting one entry a line would cost more than the line itself.
    if (this.entries.length > 2 * KEPT_LINES) this.entries = this.entries.slice(-KEPT_LINES)
    if (this.unwritten.length > 2 * KEPT_LINES) {
      this.unwritten = this.unwritten.slice(-KEPT_LINES)
      this.isRewriteDue = true
    }
    if (!this.isForgotten) this.writing ??= this.write()
  }

  recent(): readonly StoredLogEntry[] {
    return this.entries.length > KEPT_LINES ? this.entries.slice(-KEPT_LINES) : [...this.entries]
  }

  /** Resolves when what was appended before is in the file. */
  async flush(): Promise<void> {
    this.flushing++
    this.hurry?.()
    while (this.writing) await this.writing
    this.flushing--
  }

  private async pause(): Promise<void> {
    if (this.flushing > 0) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, WRITE_PAUSE)
      this.hurry = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.hurry = undefined
  }

  async forget(): Promise<void> {
    this.isForgotten = true
    this.listeners.clear()
    this.unwritten = []
    await this.flush()
    await rm(this.file, { force: true })
  }

  private async write(): Promise<void> {
    try {
      while (this.unwritten.length > 0) {
        const lines = this.unwritten
        this.unwritten = []
        if (this.isRewriteDue || this.linesInFile + lines.length > 2 * KEPT_LINES) {
          const kept = this.recent()
          this.isRewriteDue = false
          this.linesInFile = kept.length
          // The newest of `kept` may have been appended since `lines` was taken.
          this.unwritten = []
          await writeFileAtomic(this.file, encode(kept), { mode: 0o600, fsync: false })
        } else {
          this.linesInFile += lines.length
          await appendFile(this.file, encode(lines), { mode: 0o600 })
        }
        await this.pause()
      }
    } catch (error) {
      // A full disk must not end the platform: the lines stay readable in memory, and the next line
      // tries again.
      this.isRewriteDue = true
      this.report(`cannot write ${this.file}: ${(error as Error).message}`)
    } finally {
      this.writing = undefined
    }
  }
}

const encode = (entries: readonly StoredLogEntry[]) =>
  entries.map((entry) => JSON.stringify(entry) + '\n').join('')

/**
 * A process killed while it appended leaves a torn last line; logs are not synced, so that line is
 * given up.
 */
function readEntries(file: string): { entries: StoredLogEntry[]; isTorn: boolean } {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { entries: [], isTorn: false }
    throw error
  }
  const lines = text.split('\n')
  let isTorn = lines.pop() !== ''
  const entries: StoredLogEntry[] = []
  for (const line of lines) {
    const entry = parseEntry(line)
    if (entry) entries.push(entry)
    else isTorn = true
  }
  return { entries, isTorn }
}

function parseEntry(line: string): StoredLogEntry | undefined {
  try {
    const value = JSON.parse(line) as StoredLogEntry
    return typeof value?.seq === 'number' && typeof value.message === 'string' ? value : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
