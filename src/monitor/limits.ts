/**
 * What the model keeps at most, so that an app's log of any length, and one that an app fills with
 * invented lines, takes bounded memory.
 * `npm run bench -- monitor` states what a day of 100 dynos × 8 instances takes.
 */
export const LIMITS = {
  /** Heroku allows an app 100 dynos; the rest are one-off dynos and those that were. */
  dynos: 300,
  /** In all dynos together. */
  instances: 4096,
  /** Points of a chart: two hours of a line every 20 s. */
  points: 360,
  /** Changes of one dyno, and of the app. */
  events: 50,
  appEvents: 500,
  /** Error lines of one dyno, and characters of each. */
  errorLines: 20,
  errorLength: 500,
} as const

/** ms after which R14 is over if it did not come again: Heroku repeats it every 20 s. */
export const R14_LASTS = 60_000
