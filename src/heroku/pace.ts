/**
 * Calls that may be made when something happens: some at once, then one every so often, however
 * much happens.
 */
export class Pace {
  private left: number
  private countedAt = performance.now()

  /** @param burst calls at once @param every ms until another one is allowed */
  constructor(
    private readonly burst: number,
    private readonly every: number,
  ) {
    this.left = burst
  }

  /** Takes one, if one is left. */
  take(): boolean {
    const now = performance.now()
    this.left = Math.min(this.burst, this.left + (now - this.countedAt) / this.every)
    this.countedAt = now
    if (this.left < 1) return false
    this.left -= 1
    return true
  }
}
