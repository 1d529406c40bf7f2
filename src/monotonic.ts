/**
 * Whole ms of a clock that only goes forward: what is left of a limit goes to timers, and some of
 * them take no fractions. Not `performance`, whose first use loads ten modules.
 */
export const monotonic = (): number => Math.floor(process.uptime() * 1000)
