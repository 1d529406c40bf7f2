/** Kept as it is now: an app's tests may put another in its place, in a process of the runtime too. */
const { hrtime } = process

/**
 * Whole ms of a clock that only goes forward, from a start of no meaning which all processes of a
 * machine share. What is left of a limit goes to timers, and some of them take no fractions. Not
 * `performance`, whose first use loads ten modules.
 */
export const monotonic = (): number => {
  const [seconds, nanoseconds] = hrtime()
  return seconds * 1000 + Math.floor(nanoseconds / 1e6)
}
