/** The keyboard: what is in view takes a key first, then what is around it. */
import { useEffect, useRef } from 'preact/hooks'

/** Says whether it has taken the key. */
export type Taker = (event: KeyboardEvent) => boolean
const takers: Taker[] = []

/** Takes keys while the component is there, before the page does. */
export function useKeys(take: Taker): void {
  const current = useRef(take)
  current.current = take
  useEffect(() => {
    const taker: Taker = (event) => current.current(event)
    takers.push(taker)
    return () => {
      takers.splice(takers.indexOf(taker), 1)
    }
  }, [])
}

/** @param otherwise takes what no view wanted */
export function listenToKeys(otherwise: Taker): void {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    if (isTyping(event.target)) {
      if (event.key !== 'Escape') return
      // The field is left before anything around it is closed.
      event.target.blur()
      takenByView(event)
      return event.preventDefault()
    }
    // A dialog has its own keys, and nothing behind it moves.
    if (document.querySelector('dialog[open]')) return
    if (takenByView(event) || otherwise(event)) event.preventDefault()
  })
}

const takenByView = (event: KeyboardEvent): boolean =>
  [...takers].reverse().some((take) => take(event))

const isTyping = (
  target: EventTarget | null,
): target is HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement =>
  target instanceof HTMLInputElement ||
  target instanceof HTMLSelectElement ||
  target instanceof HTMLTextAreaElement

/** How far a key moves in a list, as in monit; undefined if it moves nothing. */
export function stepsOf({ key }: KeyboardEvent, page: number): number | undefined {
  switch (key) {
    case 'ArrowDown':
    case 'j':
      return 1
    case 'ArrowUp':
    case 'k':
      return -1
    case 'PageDown':
      return page
    case 'PageUp':
      return -page
    case 'Home':
    case 'g':
      return -Infinity
    case 'End':
    case 'G':
      return Infinity
    default:
      return undefined
  }
}

/** What `?` shows: as in monit, where monit has it. */
export const KEYS: readonly { title: string; keys: readonly (readonly [string, string])[] }[] = [
  {
    title: 'Move',
    keys: [
      ['j k ↑ ↓', 'next and previous row'],
      ['PgUp PgDn g G', 'a page, first, last'],
      ['Enter', 'open the row'],
      ['q Esc', 'back, close, end zoom'],
      ['1 – 8', 'the tabs of an app'],
    ],
  },
  {
    title: 'Look',
    keys: [
      ['/', 'search the log, or filter a list'],
      ['s S', 'sort by the next column, turn the order'],
      ['Space', 'pause and go on'],
      ['[ ]', 'a shorter, a longer time on charts'],
      ['← →', 'move through time on a chart'],
      ['t', 'the figures of the charts as a table'],
      ['a', 'alerts'],
      ['?', 'these keys'],
    ],
  },
  {
    title: 'Act, after a yes',
    keys: [
      ['r', 'restart the dyno, or all'],
      ['R', 'reload, one dyno after the other'],
      ['+ −', 'a dyno more or less of its process type'],
      ['y n', 'yes and no to a question'],
    ],
  },
]
