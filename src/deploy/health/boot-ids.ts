import type { LogLine } from '../../heroku/index.js'

/** `event=boot`, as src/runtime/boot-id.ts writes it. */
const BOOT = /^shipit source=\S+ event=boot id=([0-9a-f]{8,64})$/

/** A dyno name's lives since the release, as the platform lists them. */
export interface Lives {
  /** When the first was made, ms since the epoch. */
  since: number
  /** Ids of them all. */
  ids: ReadonlySet<string>
}

/** Whose an answer is: of the release that is watched, of one before it, or not known. */
export type Owner = 'ours' | 'other' | 'unknown'

/** Which boots of the runtime the app's log tells of, by the dynos' names. */
export class BootIds {
  private readonly boots = new Map<string, { id: string; time: number }[]>()

  /** Whether the line tells of a boot. */
  read({ source, dyno, message, timestamp }: LogLine): boolean {
    const id = source === 'app' ? BOOT.exec(message)?.[1] : undefined
    if (id === undefined) return false
    this.boots.set(dyno, [...(this.boots.get(dyno) ?? []), { id, time: Date.parse(timestamp) }])
    return true
  }

  /** Whether the runtime of each of these dynos has told of its boot. */
  knowsAll(lives: ReadonlyMap<string, Lives>): boolean {
    return lives.size > 0 && [...lives].every(([name, life]) => this.ofLives(name, life).length > 0)
  }

  /**
   * Who has answered. With preboot an earlier release has dynos of the same names, which the
   * platform does not list: if a name has booted more often than the list explains, one of the
   * boots may be of such a dyno that was restarted, and none of that name proves anything.
   * @param lives of the release's web dynos, by name
   */
  ownerOf(id: string, lives: ReadonlyMap<string, Lives>): Owner {
    for (const [name, boots] of this.boots) {
      if (!boots.some((boot) => boot.id === id)) continue
      const life = lives.get(name)
      const ours = life ? this.ofLives(name, life) : []
      if (!ours.some((boot) => boot.id === id)) return 'other'
      return ours.length <= life!.ids.size ? 'ours' : 'unknown'
    }
    // One that the log does not hold any more, if all of ours are in it.
    return this.knowsAll(lives) ? 'other' : 'unknown'
  }

  private ofLives(name: string, { since }: Lives): { id: string; time: number }[] {
    return (this.boots.get(name) ?? []).filter(({ time }) => time >= since)
  }
}
