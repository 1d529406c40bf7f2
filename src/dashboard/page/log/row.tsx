import { useMemo } from 'preact/hooks'
import type { LogEntry } from '../../wire.js'
import { clock, day } from '../format.js'
import { partsOf } from './filter.js'

/** Colours that a program writes to a terminal are no text. */
// eslint-disable-next-line no-control-regex
const textOf = (message: string): string => message.replace(/\u001b\[[\d;]*[A-Za-z]/g, '')

/** Characters of a line on its row: the widest screen has fewer, and each is laid out. */
const MOST = 1000

/** One line, on one row. Its text is text: nothing in it can become an element. */
export function LogRow({
  entry,
  wanted,
  isChosen,
  onChoose,
}: {
  entry: LogEntry
  wanted: string
  isChosen: boolean
  onChoose(): void
}) {
  // What has not changed is the same element: Preact looks no further into it.
  return useMemo(
    () => (
      <div
        class={`log-row ${entry.level} ${isChosen ? 'is-chosen' : ''} ${entry.is_figures ? 'is-figures' : ''}`}
        data-seq={entry.seq}
        onClick={onChoose}
      >
        <time>{clock(entry.logged_at)}</time>
        <span class="where">{entry.dyno}</span>
        <span class="text">
          {partsOf(textOf(entry.message).slice(0, MOST), wanted).map((part, at) =>
            at % 2 === 1 ? <mark key={at}>{part}</mark> : part,
          )}
        </span>
      </div>
    ),
    [entry, wanted, isChosen],
  )
}

/** The whole of a line. */
export function LineDetail({ entry, onClose }: { entry: LogEntry; onClose(): void }) {
  return (
    <aside class="log-detail" aria-label="The line">
      <header>
        <p>
          <b>{entry.dyno}</b> <span class="muted">{day(entry.logged_at)}</span>{' '}
          <span class="muted">{entry.logged_at}</span> {entry.level}
        </p>
        <button
          type="button"
          class="small"
          onClick={() => void navigator.clipboard.writeText(entry.message)}
        >
          Copy
        </button>
        <button type="button" class="plain" aria-label="Close" onClick={onClose}>
          ✕
        </button>
      </header>
      <pre tabIndex={0}>{textOf(entry.message)}</pre>
    </aside>
  )
}
