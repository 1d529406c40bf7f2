import type { Limits } from '../types.js'
import type { Slot } from './slot.js'

/**
 * The web dynos of a new release, which start beside those that serve. As documented (devcenter.heroku.com/articles/preboot), requests switch to
 * them all at once, a fixed time after the release and whatever has become of them: on Heroku the boot timeout and 2 minutes. That time is a
 * limit here, and may be shorter than a boot, which it never is on Heroku: the switch then waits until no dyno is in its first boot.
 */
export class Preboot {
  readonly slots = new Map<string, Slot>()
  private timer: NodeJS.Timeout | undefined
  private isTimeOver = false

  constructor(private readonly limits: Limits, private readonly takeOver: () => void) {
    this.restartClock()
  }

  /** A further release came: its dynos get the whole time. */
  restartClock(): void {
    this.cancel()
    this.isTimeOver = false
    this.timer = setTimeout(() => {
      this.isTimeOver = true
      this.check()
    }, this.limits.prebootSwitch)
  }

  /** To be called after every change of a dyno. */
  check(): void {
    if (this.isTimeOver && [...this.slots.values()].every(({ hasBooted }) => hasBooted)) this.takeOver()
  }

  cancel(): void {
    clearTimeout(this.timer)
  }
}
