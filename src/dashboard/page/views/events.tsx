import { useState } from 'preact/hooks'
import { setHover } from '../charts/hover.js'
import { MARK_NAMES } from '../charts/marks.js'
import { clock, day } from '../format.js'
import { hashOf } from '../route.js'
import { useStore } from '../store/store.js'

const MOST = 60

/** What happened, newest first: each leads to its place in the log, and shows itself on the charts. */
export function Events({ app, place }: { app: string; place?: string | undefined }) {
  const live = useStore((state) => state.marks)
  const [held, setHeld] = useState<typeof live>()
  // Nothing is moved away from a pointer or a focus that is on it.
  const marks = held ?? live
  const shown = marks
    .filter((mark) => place === undefined || mark.place.startsWith(place))
    .slice(-MOST)
    .reverse()
  return (
    <section class="events card" aria-labelledby="events-title">
      <h2 id="events-title">Events</h2>
      {shown.length === 0 ? <p class="muted">Nothing happened in this time.</p> : null}
      <ol
        onMouseEnter={() => setHeld(live)}
        onMouseLeave={() => setHeld(undefined)}
        onFocusCapture={() => setHeld(held ?? live)}
        onBlurCapture={() => setHeld(undefined)}
        tabIndex={shown.length > 8 ? 0 : undefined}
        aria-label="Events, newest first"
      >
        {shown.map(({ at, kind, place: where, text, is_bad }) => (
          <li key={`${at} ${kind} ${where} ${text}`} class={is_bad ? 'is-bad' : ''}>
            <a
              href={hashOf({ view: 'app', app, tab: 'log', around: at })}
              onMouseEnter={() => setHover({ at, isPinned: false })}
              onMouseLeave={() => setHover(undefined)}
            >
              <time title={day(at)}>{clock(at)}</time>
              <span class={`kind ${kind}`}>{MARK_NAMES[kind]}</span>
              <span class="what">
                {where} {text}
              </span>
            </a>
          </li>
        ))}
      </ol>
    </section>
  )
}
