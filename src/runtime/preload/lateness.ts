/**
 * ms between two looks at the loop: 400 in the 20 s between reports. Each look makes some garbage,
 * and an idle instance should wake seldom.
 */
const RESOLUTION = 50
/** ms of the last class, which holds all that is later. */
const LONGEST = 10_000

/**
 * How late the event loop is: timers that are due and not served yet tell it. Node's own histogram
 * of it comes with the whole of `perf_hooks`, which is half a megabyte in every process; this is an
 * array of counts.
 */
export class Lateness {
  /** How many looks were so many ms late. It grows with the latest. */
  #counts: number[] = []
  #looks = 0
  #last = process.uptime()

  constructor() {
    setInterval(() => this.#look(), RESOLUTION).unref()
  }

  /** ms that all but the latest 5% of looks were late at most, since it was asked last. */
  takeP95(): number {
    const rank = Math.ceil(0.95 * this.#looks)
    let seen = 0
    const late = this.#counts.findIndex((count) => (seen += count ?? 0) >= rank)
    this.#counts = []
    this.#looks = 0
    return Math.max(0, late)
  }

  #look(): void {
    const now = process.uptime()
    const late = Math.min(LONGEST, Math.max(0, Math.floor(1000 * (now - this.#last) - RESOLUTION)))
    this.#last = now
    this.#looks += 1
    this.#counts[late] = (this.#counts[late] ?? 0) + 1
  }
}
