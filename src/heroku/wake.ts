export interface Clock {
  /** ms between two looks at the clock. */
  every: number
  /** ms by which a look may be late before the machine counts as having slept. */
  late: number
  now(): number
}

const CLOCK: Clock = { every: 5000, late: 20_000, now: Date.now }

/**
 * Calls `wake` when the machine has slept (a laptop that was closed): its connections may be dead
 * without a word of it, and TCP would take minutes to notice. Returns the end of the watch.
 */
export function onWake(wake: () => void, { every, late, now }: Clock = CLOCK): () => void {
  let before = now()
  const timer = setInterval(() => {
    const passed = now() - before
    before += passed
    if (passed > every + late) wake()
  }, every)
  timer.unref()
  return () => clearInterval(timer)
}
