/** Work that need not be done at once, one piece a task: keys and clicks are taken in between. */
import { useLayoutEffect, useState } from 'preact/hooks'

const waiting = new Set<() => void>()
const channel = new MessageChannel()
channel.port1.onmessage = takeOne

/** Does `work` in a task of its own, after all that waits already. @returns what calls it off */
export function inTurn(work: () => void): () => void {
  if (waiting.size === 0) channel.port2.postMessage(undefined)
  // A wrapper of its own: the same function may wait twice.
  const piece = () => work()
  waiting.add(piece)
  return () => {
    waiting.delete(piece)
  }
}

function takeOne(): void {
  const [next] = waiting
  if (!next) return
  waiting.delete(next)
  // First, so that an error in one piece does not keep the others from their turn.
  if (waiting.size > 0) channel.port2.postMessage(undefined)
  next()
}

/** The value in a task of its own, so that many charts do not keep keys and clicks waiting. */
export function useInTurn<Value>(value: Value): Value {
  const [taken, setTaken] = useState(value)
  useLayoutEffect(() => (taken === value ? undefined : inTurn(() => setTaken(value))), [value])
  return taken
}
