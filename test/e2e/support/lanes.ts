/** What the cases of a suite come to. */
interface Outcomes<K, T> {
  /**
   * Of a test: what its case comes to. Where mocha runs the test again (`--retries`), so is its
   * case.
   */
  of(one: K): Promise<T>
}

/**
 * Of a suite whose cases mostly wait: runs them side by side once the hooks before it have run,
 * `width` at a time and in their order. That takes the time of the longest lane, not of all. A test for
 * each case awaits its own; the suite ends when all have ended, those too that no test awaits (`-g`).
 */
export function sideBySide<K, T>(
  width: number,
  cases: () => readonly K[],
  run: (one: K) => Promise<T>,
): Outcomes<K, T> {
  const outcomes = new Map<K, Promise<T>>()
  let isAgain = false
  before(() => {
    const lanes = Array.from({ length: width }, () => Promise.resolve<unknown>(undefined))
    for (const [n, one] of cases().entries()) {
      const outcome = (lanes[n % width] as Promise<unknown>).then(() => run(one))
      // Its own test tells of a failure.
      lanes[n % width] = outcome.catch(() => undefined)
      outcomes.set(one, outcome)
    }
  })
  beforeEach(function () {
    isAgain = (this.currentTest as unknown as { currentRetry(): number }).currentRetry() > 0
  })
  after(() => Promise.allSettled(outcomes.values()))
  return {
    of(one) {
      if (isAgain) outcomes.set(one, run(one))
      const outcome = outcomes.get(one)
      if (!outcome) throw new Error('no case of this suite')
      return outcome
    },
  }
}
