import { setTimeout as delay } from 'node:timers/promises'
import { monotonic } from '../lib/monotonic.js'

const POLL = 20

/** Whether any process of the group is left. */
function isAlive(pgid: number): boolean {
  try {
    process.kill(-pgid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function gone(pgid: number, within: number): Promise<boolean> {
  const deadline = monotonic() + within
  while (isAlive(pgid)) {
    if (monotonic() > deadline) return false
    await delay(POLL)
  }
  return true
}

/**
 * Ends every process of a group that this process has started with `detached: true`: SIGTERM, and
 * SIGKILL for those that stay.
 * Resolves when none is left. `git push` runs others (git-remote-http, send-pack, hooks), which
 * live on when only their parent is killed.
 * @param grace ms between the two signals
 */
export async function endProcessGroup(pgid: number, grace = 2000): Promise<void> {
  if (!isAlive(pgid)) return
  process.kill(-pgid, 'SIGTERM')
  if (await gone(pgid, grace)) return
  process.kill(-pgid, 'SIGKILL')
  // Bounded: a process that nobody reaps stays in its group for ever.
  await gone(pgid, grace)
}
