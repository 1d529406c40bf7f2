import type { Limits } from '../types.js'
import type { Slot } from './slot.js'

/**
 * The web dynos of a new release that start beside those that serve (devcenter.heroku.com/articles/preboot). They take over once all of them
 * have been up for the overlap, or when the time for it is over, whatever state they are in.
 */
export class Preboot {
  readonly slots = new Map<string, Slot>()
  private overlap: NodeJS.Timeout | undefined
  private deadline: NodeJS.Timeout

  constructor(private readonly limits: Limits, private readonly takeOver: () => void) {
    this.deadline = setTimeout(takeOver, limits.prebootTimeout)
  }

  /** A further release came: its dynos get the whole time. */
  restartClock(): void {
    this.cancel()
    this.deadline = setTimeout(this.takeOver, this.limits.prebootTimeout)
  }

  /** To be called after every change of a dyno. */
  check(): void {
    const slots = [...this.slots.values()]
    const areAllUp = slots.length > 0 && slots.every(({ state }) => state === 'up')
    if (areAllUp) {
      this.overlap ??= setTimeout(this.takeOver, this.limits.prebootOverlap)
    } else {
      clearTimeout(this.overlap)
      this.overlap = undefined
    }
  }

  cancel(): void {
    clearTimeout(this.overlap)
    clearTimeout(this.deadline)
    this.overlap = undefined
  }
}
