import type { Clock } from '../store/types.js'

/** The machine's. What waits by it keeps no process alive. */
export const machineClock: Clock = {
  now: () => Date.now(),
  later(ms, task) {
    const timer = setTimeout(task, ms).unref()
    return () => clearTimeout(timer)
  },
}
