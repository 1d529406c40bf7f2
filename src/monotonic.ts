/** ms of a clock that only goes forward. Not `performance`, whose first use loads ten modules. */
export const monotonic = (): number => process.uptime() * 1000
