import type { Release } from '../heroku/index.js'
import { monotonic } from '../lib/monotonic.js'

interface Polling {
  /** Asks for the release again. */
  read: () => Promise<Release>
  /** Waits before the next poll. @param polls how many there have been */
  pause: (polls: number) => Promise<void>
  /** ms, by monotonic() */
  deadline: number
}

/**
 * Polls a release until its release phase has ended, well or not; undefined if it has not when the
 * time is over.
 */
export async function endOfReleasePhase(
  release: Release,
  { read, pause, deadline }: Polling,
): Promise<Release | undefined> {
  let now = release
  for (let polls = 0; now.status === 'pending'; polls++) {
    if (monotonic() >= deadline) return undefined
    await pause(polls)
    now = await read()
  }
  return now
}
