/**
 * Whole ms of a clock that only goes forward, from a start of no meaning which all processes of a
 * machine share. What is left of a limit goes to timers, and some of them take no fractions. Not
 * `performance`, whose first use loads ten modules. A file of its own: the runtime bundles it, too.
 */
export const monotonic = (): number => {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + Math.floor(nanoseconds / 1e6)
}
