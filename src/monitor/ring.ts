/** What is kept of a log without end: its last entries, and texts that hold nothing else. */

/** The last `most` entries, oldest first. */
export class Ring<T> implements Iterable<T> {
  private entries: T[] = []
  private next = 0

  constructor(readonly most: number) {}

  push(entry: T): void {
    if (this.entries.length < this.most) this.entries.push(entry)
    else this.entries[this.next] = entry
    this.next = (this.next + 1) % this.most
  }

  /** The last `count` entries, oldest first. */
  latest(count: number): T[] {
    const length = Math.min(count, this.entries.length)
    const size = this.entries.length
    return Array.from(
      { length },
      (_, at) => this.entries[(this.next - length + at + 2 * size) % size] as T,
    )
  }

  *[Symbol.iterator](): Iterator<T> {
    const first = this.entries.length < this.most ? 0 : this.next
    for (let at = 0; at < this.entries.length; at += 1)
      yield this.entries[(first + at) % this.most] as T
  }

  clear(): void {
    this.entries = []
    this.next = 0
  }
}

/** V8 keeps a part of at least this many characters as a view of the whole that it was cut from. */
const SHORTEST_VIEW = 13

/**
 * A copy that holds nothing else in memory: a name cut from a line would keep the packet that
 * brought the line. At most `most` characters.
 */
export function ownText(text: string, most = Infinity): string {
  if (text.length < SHORTEST_VIEW) return text
  return Buffer.from(text.length > most ? text.slice(0, most) : text).toString()
}
