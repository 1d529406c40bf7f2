/** The one state of the page. Views read it by `useStore`, which draws at most once a frame. */
import { useEffect, useState } from 'preact/hooks'
import { snapshot } from './snapshot.js'
import { FIRST_STATE, type State } from './state.js'

let state = FIRST_STATE
const readers = new Set<() => void>()
let frame = 0

export const getState = (): State => state

/** ms since the epoch by the clock of the server; in a file, when it was written. */
export const serverNow = (): number => snapshot?.to ?? Date.now() + state.clockSkew

/** Changes what is given. Everything that comes within one frame is drawn together. */
export function setState(change: Partial<State>): void {
  state = { ...state, ...change }
  if (frame === 0) frame = requestAnimationFrame(tell)
  // A tab in the background is given no frames: what comes is kept in the state, and drawn later.
}

function tell(): void {
  frame = 0
  for (const reader of readers) reader()
}

/** What `select` makes of the state; the component is drawn again only if that is another value. */
export function useStore<Selected>(select: (state: State) => Selected): Selected {
  const [, setTurn] = useState(0)
  const selected = select(state)
  useEffect(() => {
    let last = selected
    const reader = () => {
      const next = select(state)
      if (Object.is(next, last)) return
      last = next
      setTurn((turn) => turn + 1)
    }
    readers.add(reader)
    // What came between the drawing and this effect.
    reader()
    return () => {
      readers.delete(reader)
    }
  })
  return selected
}
