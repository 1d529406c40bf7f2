import type { LogLine } from '../heroku/index.js'

/** A platform replays 1,500 lines at most, and of those that came meanwhile some more. */
const KEPT = 4096

/**
 * The last requests, so that a log session that begins anew counts none twice: by their text and
 * their time.
 */
export class SeenRequests {
  private readonly times = new Float64Array(KEPT)
  private readonly hashes = new Int32Array(KEPT)
  private readonly timeOf = new Map<number, number>()
  private next = 0

  /** Whether it came before; remembers it. @param time of the line, ms since the epoch */
  has({ message }: LogLine, time: number): boolean {
    const hash = hashOf(message)
    if (this.timeOf.get(hash) === time) return true
    const oldest = this.hashes[this.next]!
    if (this.timeOf.get(oldest) === this.times[this.next]) this.timeOf.delete(oldest)
    this.hashes[this.next] = hash
    this.times[this.next] = time
    this.timeOf.set(hash, time)
    this.next = (this.next + 1) % KEPT
    return false
  }
}

/** FNV-1a in 30 bits, which V8 keeps without a place on the heap. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1)
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 2
}
