import type { Dyno } from '../../heroku/index.js'
import type { Lives } from './boot-ids.js'

/** A dyno of the new release that does not stay up. */
export interface Crash {
  dyno: Dyno
  reason: string
}

/**
 * Restarts of one dyno name after which it counts as crashing, even if its state was never seen
 * as crashed.
 */
const RESTARTS = 2

/** The dynos that a release has had, from poll to poll of their list. */
export class DynoHistory {
  /** As last seen. */
  dynos: Dyno[] = []
  /** By name: when the first dyno of the release by that name was made, and every id it has had. */
  private readonly seen = new Map<string, { since: number; ids: Set<string> }>()

  note(dynos: Dyno[]): void {
    this.dynos = dynos
    for (const { name, id, created_at: created } of dynos) {
      const known = this.seen.get(name)
      if (known) known.ids.add(id)
      else this.seen.set(name, { since: Date.parse(created), ids: new Set([id]) })
    }
  }

  /** ms since the epoch at which the first dyno of this name was made, if one has been seen. */
  since(name: string): number | undefined {
    return this.seen.get(name)?.since
  }

  /** Dynos that were made, those that a restart has replaced among them. */
  get lives(): number {
    return [...this.seen.values()].reduce((sum, { ids }) => sum + ids.size, 0)
  }

  get webLives(): Map<string, Lives> {
    return new Map(
      this.dynos
        .filter(({ type }) => type === 'web')
        .flatMap(({ name }) => {
          const life = this.seen.get(name)
          return life ? [[name, life] as const] : []
        }),
    )
  }

  /** Whether one of its dynos has been replaced. */
  get hasRestarted(): boolean {
    return this.dynos.some(({ name }) => this.restartsOf(name) > 0)
  }

  get keepsRestarting(): Crash | undefined {
    const dyno = this.dynos.find(({ name }) => this.restartsOf(name) >= RESTARTS)
    return dyno && { dyno, reason: 'keeps being started again' }
  }

  /** ms that the slowest dyno took to come up, by the platform's clock. */
  get bootTime(): number {
    return Math.max(
      0,
      ...this.dynos.map(
        ({ created_at: created, updated_at: updated }) => Date.parse(updated) - Date.parse(created),
      ),
    )
  }

  private restartsOf(name: string): number {
    return (this.seen.get(name)?.ids.size ?? 1) - 1
  }
}
