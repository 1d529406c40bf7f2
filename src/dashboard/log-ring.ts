import type { LogLine } from '../heroku/index.js'
import { logLineDocument } from '../json/dyno-documents.js'
import { errorFilter, ownText, type Reading } from '../monitor/index.js'
import type { LogDocument, LogEntry } from './wire.js'

/** Lines kept, and characters of all of them together. */
const MOST_LINES = 20_000
const MOST_CHARACTERS = 8_000_000
/** Of one line; Heroku's have 10,000 bytes at most. */
const LONGEST = 10_000

/** Loggers' words for what is not yet an error, and pino's and bunyan's number for it. */
const WARNING = /\bwarn(?:ing)?\b|"level":40\b/i

/** The last lines of an app's log, each with its number. */
export class LogRing {
  private entries: LogEntry[] = []
  private characters = 0
  private readonly isError = errorFilter()
  /** Of the next line. */
  next = 1

  constructor(
    private readonly mostLines = MOST_LINES,
    private readonly mostCharacters = MOST_CHARACTERS,
  ) {}

  add(line: LogLine, reading: Reading): void {
    const message = ownText(line.message, LONGEST)
    this.entries.push({
      ...logLineDocument({ ...line, message, timestamp: ownText(line.timestamp) }),
      seq: this.next++,
      level: this.levelOf({ ...line, message }, reading),
      is_figures: reading.kind === 'sample' || reading.kind === 'figures',
    })
    this.characters += message.length
    this.drop()
  }

  /** What a line of the router or of Heroku is about is no word of it: a path may be /warning. */
  private levelOf(line: LogLine, reading: Reading): LogEntry['level'] {
    if (reading.kind === 'request') return reading.isError ? 'error' : 'info'
    if (this.isError(line)) return 'error'
    return line.source === 'app' && WARNING.test(line.message) ? 'warn' : 'info'
  }

  /** Of the oldest line that is kept. */
  get first(): number {
    return this.entries[this.start]?.seq ?? this.next
  }

  /** Lines from a number on, oldest first. */
  from(seq: number, limit: number): LogEntry[] {
    const at = this.start + Math.max(0, seq - this.first)
    return this.entries.slice(at, at + limit)
  }

  before(seq: number, limit: number): LogDocument {
    const end = Math.max(this.first, Math.min(seq, this.next))
    const begin = Math.max(this.first, end - limit)
    return { lines: this.from(begin, end - begin), has_older: begin > this.first }
  }

  /** As many before a time as after it. @param time ms since the epoch */
  around(time: number, limit: number): LogDocument {
    const found = this.from(this.first, Infinity).find(
      ({ logged_at: at }) => Date.parse(at) >= time,
    )
    const middle = found?.seq ?? this.next
    const begin = Math.max(this.first, middle - Math.ceil(limit / 2))
    return { lines: this.from(begin, limit), has_older: begin > this.first }
  }

  /** Where the oldest kept entry lies in the array: it is cut when half of it has gone. */
  private start = 0

  private drop(): void {
    while (
      this.entries.length - this.start > this.mostLines ||
      this.characters > this.mostCharacters
    ) {
      this.characters -= this.entries[this.start]!.message.length
      // What an array still holds is still in memory.
      this.entries[this.start++] = undefined as never
    }
    if (this.start < this.mostLines) return
    this.entries = this.entries.slice(this.start)
    this.start = 0
  }
}
