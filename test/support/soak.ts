/** Whether there is time: SHIPIT_SOAK=1 runs whole tables, long waits and many rounds. */
export const isSoak = Boolean(process.env.SHIPIT_SOAK)

/** A test of a longer run alone: `npm test` has a representative one of its kind. */
export const inSoak = isSoak ? it : it.skip
