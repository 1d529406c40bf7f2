import { formatLogLine } from './log-line.js'
import type { LogLine } from './types.js'

/** As many lines as the platform keeps, so that no replay can be longer. */
export const KEPT_LINES = 1500
const KEPT_IDS = 4 * KEPT_LINES

/** What of a log has been passed on, so that a resumed stream passes nothing on twice. */
export class SeenLines {
  /** Of the current session, for Last-Event-Id. */
  lastEventId: string | undefined
  private readonly ids = new Set<string>()
  private recent: LogLine[] = []
  /** How often each line may still come again, while an earlier part of the log is read anew. */
  private expected: Map<string, number> | undefined
  /** How many lines have come since then. */
  private replayed = 0
  private oldest = ''

  get isEmpty(): boolean {
    return this.recent.length === 0
  }

  /**
   * The stream begins anew without a place to resume from: what has been seen comes again, and
   * older lines too.
   */
  expectReplay(): void {
    this.lastEventId = undefined
    this.ids.clear()
    if (this.isEmpty) return
    this.replayed = 0
    this.expected = new Map()
    for (const key of this.recent.map(formatLogLine))
      this.expected.set(key, (this.expected.get(key) ?? 0) + 1)
    this.oldest = this.recent.reduce(
      (least, { timestamp }) => (timestamp < least ? timestamp : least),
      this.recent[0]!.timestamp,
    )
  }

  /** Whether an event of the stream came before; remembers it. */
  isRepeatedEvent(id: string | undefined): boolean {
    if (id === undefined) return false
    if (this.ids.has(id)) return true
    this.lastEventId = id
    this.ids.add(id)
    if (this.ids.size > KEPT_IDS) this.ids.delete(this.ids.values().next().value!)
    return false
  }

  /** Whether a line came before, or is older than all that was asked for; remembers it. */
  isRepeatedLine(line: LogLine): boolean {
    if (this.expected && this.isReplayed(line, this.expected)) return true
    this.recent.push(line)
    if (this.recent.length > 2 * KEPT_LINES) this.recent = this.recent.slice(-KEPT_LINES)
    return false
  }

  private isReplayed(line: LogLine, expected: Map<string, number>): boolean {
    // What the platform keeps has come, and twice that for one that keeps more: from here on all is
    // new.
    if (++this.replayed > 2 * KEPT_LINES) this.expected = undefined
    const key = formatLogLine(line)
    const times = expected.get(key) ?? 0
    if (times > 0) {
      expected.set(key, times - 1)
      // What is older than all that was seen came before this; lines of several dynos are not in
      // the order of their times.
      this.oldest = ''
      return true
    }
    return line.timestamp !== '' && line.timestamp < this.oldest
  }
}
