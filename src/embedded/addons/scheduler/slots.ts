import type { Clock } from '../../store/types.js'
import { SLOT, slotOf } from './frequency.js'

/**
 * Most ms between two looks at the clock: timers stand still while the machine sleeps, and know
 * nothing of a clock that is set.
 */
const LONGEST_WAIT = 60_000

/**
 * Calls `onSlot` with each slot that begins from now on; with none that was over before anybody
 * looked, since the machine slept or its clock was set. Returns what ends it.
 */
export function followSlots(clock: Clock, onSlot: (slot: number) => void): () => void {
  let seen = slotOf(clock.now())
  let cancel = wait()
  function wait(): () => void {
    const now = clock.now()
    return clock.later(Math.min(slotOf(now) + SLOT - now, LONGEST_WAIT), look)
  }
  function look(): void {
    const before = seen
    seen = slotOf(clock.now())
    cancel = wait()
    if (seen > before) onSlot(seen)
  }
  return () => cancel()
}
