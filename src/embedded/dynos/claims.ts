/** Requests that the router has chosen a dyno for and that this dyno may not have accepted yet. */
export class Claims {
  private count = 0
  private waiting: (() => void)[] = []

  /** Returns what ends the claim; calling that again changes nothing. */
  claim(): () => void {
    this.count++
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      this.count--
      if (this.count > 0) return
      for (const resolve of this.waiting.splice(0)) resolve()
    }
  }

  /** Resolves when none is left, or after `ms`. */
  async none(ms: number): Promise<void> {
    if (this.count === 0) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.waiting.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }
}
