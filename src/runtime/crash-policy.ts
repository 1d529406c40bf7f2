/**
 * When an instance that keeps failing has become hopeless; a dyno in which every instance of an app
 * is so ends, and Heroku's own crash handling takes over. PM2 decides each restart, and counts by
 * instance, as this does. Times are ms.
 */

export interface InstanceHistory {
  /** Exits in a row within `min_uptime`. */
  quickExits: number
  /** When the current run of failures began; undefined while all is well. */
  failingSince: number | undefined
  /** Failures in the current run. */
  failures: number
}

export interface Exit {
  at: number
  /** How long the instance had been up, from the app's own first instruction. */
  uptime: number
  minUptime: number
  /** The app's own max_restarts, if the file sets one. */
  maxRestarts: number | undefined
}

export const healthy: InstanceHistory = { quickExits: 0, failingSince: undefined, failures: 0 }

/** Up for this long, an instance counts as one that stays up. */
export const STAYS_UP = 60_000
/**
 * Quick exits in a row that are enough if the file sets no max_restarts: with PM2's backoff, two
 * seconds and six boots.
 */
const QUICK_EXITS = 6
/**
 * Without staying up, an instance may go on failing for this long; the last restart then has less
 * than a minute in all.
 */
const TIMEOUT_MS = 30_000

/** The history after one more exit that nobody asked for. */
export function afterExit(history: InstanceHistory, exit: Exit): InstanceHistory {
  if (exit.uptime >= STAYS_UP) return { quickExits: 0, failingSince: exit.at, failures: 1 }
  return {
    quickExits: exit.uptime < exit.minUptime ? history.quickExits + 1 : 0,
    failingSince: history.failingSince ?? exit.at - exit.uptime,
    failures: history.failures + 1,
  }
}

/** Whether another restart of the instance is pointless. `patience` in ms. */
export function cannotStayUp(history: InstanceHistory, exit: Exit, patience = TIMEOUT_MS): boolean {
  if (history.quickExits >= (exit.maxRestarts ?? QUICK_EXITS)) return true
  return (
    history.failures >= 2 &&
    history.failingSince !== undefined &&
    exit.at - history.failingSince >= patience
  )
}

/** SHIPIT_PATIENCE in seconds, as ms. */
export function patienceOf(setting: string | undefined): number {
  const seconds = Number(setting)
  return seconds > 0 ? seconds * 1000 : TIMEOUT_MS
}

/** The dyno's exit status for an app that failed: its own if it has one, never 0. */
export function failureCode(code: number | null): number {
  return code === null || code === 0 ? 1 : code
}
