/**
 * When an app that keeps failing ends the dyno, so that Heroku's own crash handling takes over. PM2 decides each restart;
 * this decides when restarts have become pointless. Times are ms.
 */

export interface AppHistory {
  /** Exits in a row within `min_uptime`, with no instance of the app up for longer. */
  quickExits: number
  /** When the current run of failures began; undefined while all is well. */
  failingSince: number | undefined
  /** Failures in the current run. */
  failures: number
}

export interface Exit {
  at: number
  /** How long the instance had been up. */
  uptime: number
  minUptime: number
  /** The app's own max_restarts, where the file sets one. */
  maxRestarts: number | undefined
  /** The longest that another instance of the app has been up, 0 if there is none. */
  othersUptime: number
}

export const healthy: AppHistory = { quickExits: 0, failingSince: undefined, failures: 0 }

/** Up for this long, an instance counts as one that stays up. */
const STAYS_UP = 60_000
/** Quick exits in a row that are enough, where the file sets no max_restarts: with PM2's backoff, about two seconds and six boots. */
const QUICK_EXITS = 6
/** Without an instance that stays up, failures may go on for this long; the last restart then has less than a minute in all. */
const PATIENCE = 30_000

/** The history after one more exit that is no wish of ours. */
export function afterExit(history: AppHistory, exit: Exit): AppHistory {
  if (exit.uptime >= STAYS_UP) return { quickExits: 0, failingSince: exit.at, failures: 1 }
  if (exit.othersUptime >= STAYS_UP) return healthy
  const isQuick = exit.uptime < exit.minUptime && exit.othersUptime < exit.minUptime
  return {
    quickExits: isQuick ? history.quickExits + 1 : 0,
    failingSince: history.failingSince ?? exit.at - exit.uptime,
    failures: history.failures + 1,
  }
}

/** Whether the dyno should end now. `patience` in ms. */
export function cannotStayUp(history: AppHistory, exit: Exit, patience = PATIENCE): boolean {
  if (history.quickExits >= (exit.maxRestarts ?? QUICK_EXITS)) return true
  return history.failures >= 2 && history.failingSince !== undefined && exit.at - history.failingSince >= patience
}

/** SHIPIT_PATIENCE in seconds, as ms. */
export function patienceOf(setting: string | undefined): number {
  const seconds = Number(setting)
  return seconds > 0 ? seconds * 1000 : PATIENCE
}

/** The dyno's exit status for an app that failed: its own where it has one, never 0. */
export function failureCode(code: number | null): number {
  return code === null || code === 0 ? 1 : code
}
