/** Which lines of the log are shown. */
import type { LogEntry } from '../../wire.js'

export interface Filter {
  /** Looked for in what is shown of a line, whatever the case. */
  text: string
  level: 'all' | 'warn' | 'error'
  source: 'all' | 'app' | 'router' | 'platform'
  /** `web.1` or a process type; '' for all. */
  dyno: string
  /** Lines of figures, which only machines read. */
  withFigures: boolean
}

export const NO_FILTER: Filter = {
  text: '',
  level: 'all',
  source: 'all',
  dyno: '',
  withFigures: false,
}

const sourceOf = ({ source, dyno }: LogEntry): Filter['source'] =>
  dyno === 'router' ? 'router' : source === 'app' ? 'app' : 'platform'

/** Says of each line whether it is shown. */
function matcher(filter: Filter): (entry: LogEntry) => boolean {
  const wanted = filter.text.toLowerCase()
  return (entry) =>
    (filter.withFigures || !entry.is_figures) &&
    (filter.level === 'all' ||
      entry.level === 'error' ||
      (filter.level === 'warn' && entry.level === 'warn')) &&
    (filter.source === 'all' || sourceOf(entry) === filter.source) &&
    (filter.dyno === '' ||
      entry.dyno === filter.dyno ||
      entry.dyno.startsWith(`${filter.dyno}.`)) &&
    (wanted === '' ||
      entry.message.toLowerCase().includes(wanted) ||
      entry.dyno.toLowerCase().includes(wanted))
}

/** A text in parts, every second one of which was looked for: ['GET ', '/orders', ' 200']. */
export function partsOf(text: string, wanted: string): string[] {
  if (wanted === '') return [text]
  const lower = text.toLowerCase()
  const low = wanted.toLowerCase()
  // Of some letters the small one has another length: then nothing is marked in this line.
  if (lower.length !== text.length) return [text]
  const parts: string[] = []
  let from = 0
  for (let at = lower.indexOf(low); at >= 0; at = lower.indexOf(low, from)) {
    parts.push(text.slice(from, at), text.slice(at, at + low.length))
    from = at + low.length
  }
  return [...parts, text.slice(from)]
}

/**
 * The lines shown, kept up with as lines come: only what is new is looked at, so that a search
 * through all of them is made once.
 */
export class Shown {
  private matches: (entry: LogEntry) => boolean
  private lastSeq = -Infinity
  private firstSeq = Infinity
  shown: readonly LogEntry[] = []

  constructor(readonly filter: Filter) {
    this.matches = matcher(filter)
  }

  update(entries: readonly LogEntry[]): readonly LogEntry[] {
    const first = entries[0]?.seq ?? Infinity
    const last = entries.at(-1)?.seq ?? -Infinity
    if (first < this.firstSeq || last < this.lastSeq) this.shown = entries.filter(this.matches)
    else if (last > this.lastSeq) {
      let at = entries.length
      while (at > 0 && entries[at - 1]!.seq > this.lastSeq) at -= 1
      const more = entries.slice(at).filter(this.matches)
      const gone = this.shown.findIndex(({ seq }) => seq >= first)
      if (more.length > 0 || gone !== 0)
        this.shown = [...this.shown.slice(gone < 0 ? this.shown.length : gone), ...more]
    }
    this.firstSeq = first
    this.lastSeq = last
    return this.shown
  }
}
