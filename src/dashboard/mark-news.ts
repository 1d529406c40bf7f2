import type { AppHistory, HistoryMark } from '../history/index.js'
import type { Mark } from './wire.js'

/** ms that lines of several dynos may come late. */
const LATE = 120_000

export const markDocument = ({ at, kind, place, text, isBad }: HistoryMark): Mark => ({
  at,
  kind,
  place,
  text,
  is_bad: isBad,
})

/** Marks that the history has learned of since the last look. */
export class MarkNews {
  private told = new Set<string>()
  private begun = false

  constructor(private readonly history: AppHistory) {}

  /** @param now ms since the epoch */
  take(now: number): Mark[] {
    const recent = this.history.marks({ from: now - LATE, to: now + LATE }).map(markDocument)
    const keys = recent.map((mark) => JSON.stringify([mark.at, mark.kind, mark.place, mark.text]))
    const fresh = recent.filter((_, at) => !this.told.has(keys[at]!))
    this.told = new Set(keys)
    // What was there before is no news.
    if (!this.begun) {
      this.begun = true
      return []
    }
    return fresh
  }
}
