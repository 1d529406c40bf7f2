import type { Dyno } from '../../heroku/index.js'
import type { CrashSigns } from './crash-signs.js'

/**
 * ms that a crashing dyno of an earlier release may go on telling of it, under the name that the
 * new one has too.
 */
const LAST_WORDS = 3000

/**
 * Where an earlier dyno of the same name was crashing, the log is believed only once that one is
 * gone and has had its last words.
 */
export class LogDoubt {
  /** By name: until when (performance.now()) the log may be speaking of an earlier dyno. */
  private readonly until = new Map<string, number>()

  /** @param isAfterCrash the release takes the place of one that does not stay up */
  constructor(
    private readonly version: number,
    private readonly isAfterCrash: boolean,
  ) {}

  /** Forgets the signs of dynos that are in doubt. @param all of every release */
  note(dynos: readonly Dyno[], all: readonly Dyno[], signs: CrashSigns): void {
    for (const { name } of dynos) {
      if (!this.isAfterCrash && !signs.crashedBefore.has(name)) continue
      const isOldThere = all.some(
        (dyno) => dyno.name === name && dyno.release.version < this.version,
      )
      if (isOldThere || !this.until.has(name)) this.until.set(name, performance.now() + LAST_WORDS)
      if (performance.now() < this.until.get(name)!) signs.forget(name)
    }
  }

  /** Whether this name has ever been in doubt. */
  hasDoubted(name: string): boolean {
    return this.until.has(name)
  }
}
