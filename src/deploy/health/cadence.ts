import { dynoWord, WordCount, type Pending } from '../../heroku/index.js'
import type { Dyno, Formation, LogLine } from '../../heroku/types.js'
import type { Timing } from '../timing.js'

/**
 * Of `timing.poll` (5 s): the pauses between two looks while the log is silent, of which the last
 * one stays.
 */
const SILENT = [2, 4, 6] as const
/**
 * ms before a look at what the log has told already and the list of dynos has not; doubled each
 * time.
 */
const LAGGING = 250

/** How many dynos are still to come up with a release, and how many of an older one to go. Pure. */
export function pendingOf(
  all: readonly Dyno[],
  formation: readonly Formation[],
  version: number,
): Pending {
  const ofFormation = all.filter(({ type }) => formation.some((entry) => entry.type === type))
  const fresh = ofFormation.filter(({ release }) => release.version >= version)
  const starting = fresh.filter(({ state }) => state === 'starting' || state === 'down').length
  const missing = formation.reduce(
    (sum, { type, quantity }) =>
      sum + Math.max(0, quantity - fresh.filter((dyno) => dyno.type === type).length),
    0,
  )
  return { up: starting + missing, gone: ofFormation.length - fresh.length }
}

/**
 * When to look at a release's dynos again: when the log tells of as many as are waited for, or of a
 * crash; else after 10, 20 and then every 30 s.
 * A boot of a minute takes 5 looks, of two calls of the API each. Without a log the looks come as
 * `pause` says.
 */
export class LookCadence {
  private readonly words = new WordCount()
  private pending: Pending = { up: 0, gone: 0 }
  private silent = 0
  private lags = 0
  private isLagging = false
  private hasLines = false
  private hasAny = false

  /** Whether the log has brought a line. */
  get isTelling(): boolean {
    return this.hasLines
  }

  /** To be called before each look. */
  begin(): void {
    this.words.clear()
    this.hasAny = false
  }

  /** @param isLagging the log tells of dynos being up that the list has as starting */
  looked(pending: Pending, isLagging: boolean): void {
    this.pending = pending
    this.isLagging = isLagging
    if (!isLagging) this.lags = 0
  }

  take(line: LogLine): void {
    this.hasLines = true
    const word = dynoWord(line)
    if (word === undefined) return
    this.words.add(word, line.dyno)
    this.hasAny ||= word !== 'gone'
  }

  /** Whether what was told since the last look makes another one worthwhile. */
  get isDue(): boolean {
    const { up, gone } = this.pending
    return up + gone === 0 ? this.hasAny : this.words.isWorthALook(this.pending)
  }

  /** ms until the next look where the log stays silent. */
  next({ poll }: Pick<Timing, 'poll'>): number {
    if (this.isLagging) return Math.min(poll, LAGGING * 2 ** this.lags++)
    return poll * SILENT[Math.min(this.silent++, SILENT.length - 1)]!
  }
}
