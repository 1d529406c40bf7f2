/**
 * Runs cases side by side, `width` at a time and in their order, and returns what each comes to. A
 * test for each case awaits its own: cases that mostly wait take the time of the longest lane, not
 * of all.
 */
export function sideBySide<K, T>(
  width: number,
  cases: readonly K[],
  run: (one: K) => Promise<T>,
): Map<K, Promise<T>> {
  const lanes = Array.from({ length: width }, () => Promise.resolve<unknown>(undefined))
  return new Map(
    cases.map((one, n) => {
      const outcome = (lanes[n % width] as Promise<unknown>).then(() => run(one))
      // Its own test tells of a failure.
      lanes[n % width] = outcome.catch(() => undefined)
      return [one, outcome] as const
    }),
  )
}
