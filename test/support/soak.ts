/** Whether there is time: SHIPIT_SOAK=1 runs whole tables, long waits and many rounds. */
export const isSoak = Boolean(process.env.SHIPIT_SOAK)

/** A test of a longer run alone: `npm test` has a representative one of its kind. */
// Benches take what says it, and have no mocha: it is looked for when it is called.
export const inSoak = ((...test: [string, Mocha.AsyncFunc]) =>
  isSoak ? it(...test) : it.skip(...test)) as Mocha.PendingTestFunction
