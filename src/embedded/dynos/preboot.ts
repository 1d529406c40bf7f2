import type { Limits } from '../store/types.js'
import type { Slot } from './slot.js'

/**
 * The web dynos of a new release, which start beside those that serve. As documented
 * (devcenter.heroku.com/articles/preboot), requests switch to them all at once, a fixed time after
 * the release and whatever has become of them: on Heroku the boot timeout and 2 minutes. That time
 * is a limit here, and may be shorter than a boot, which it never is on Heroku: the switch then
 * waits until no dyno is in its first boot. Dynos that failed wait for a limit of their own, which
 * is Heroku's time: a rehearsal shortens the wait for good dynos, not the time to roll back bad
 * ones.
 */
export class Preboot {
  readonly slots = new Map<string, Slot>()
  private timers: NodeJS.Timeout[] = []
  private isTimeOver = false
  private isTimeOfFailedOver = false

  constructor(
    private readonly limits: Limits,
    private readonly takeOver: () => void,
  ) {
    this.restartClock()
  }

  /** A further release came: its dynos get the whole time. */
  restartClock(): void {
    this.cancel()
    this.isTimeOver = false
    this.isTimeOfFailedOver = false
    const { prebootSwitch, prebootSwitchFailed } = this.limits
    const after = (ms: number, note: () => void) =>
      setTimeout(() => {
        note()
        this.check()
      }, ms)
    this.timers = [
      after(prebootSwitch, () => {
        this.isTimeOver = true
      }),
      after(Math.max(prebootSwitch, prebootSwitchFailed), () => {
        this.isTimeOfFailedOver = true
      }),
    ]
  }

  /** To be called after every change of a dyno. */
  check(): void {
    const isReady = this.isTimeOfFailedOver
      ? ({ hasBooted }: Slot) => hasBooted
      : ({ state }: Slot) => state === 'up'
    if (this.isTimeOver && [...this.slots.values()].every(isReady)) this.takeOver()
  }

  cancel(): void {
    for (const timer of this.timers) clearTimeout(timer)
  }
}
