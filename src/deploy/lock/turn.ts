/** Whose turn it is: one deploy of an app at a time, but for those of the same commit. */
import { setTimeout as delay } from 'node:timers/promises'
import { ShipitError } from '../../errors.js'
import type { Release } from '../../heroku/index.js'
import { describeInProgress, findInProgress, type InProgress } from './in-progress.js'
import type { Platform } from '../platform.js'
import { waitForEnd } from './wait-for-end.js'

/** A deploy that asks for its turn. */
interface Asking {
  app: string
  commit: { id: string }
  /**
   * Whether a deploy of the same commit may be followed to its end; else it is waited for as any
   * other.
   */
  mayFollow: boolean
}

export interface Turn {
  /** ms; 0 refuses at once. */
  wait: number
  signal?: AbortSignal | undefined
  /** Told of each deploy that is waited for. */
  onWait?: ((inProgress: InProgress) => void) | undefined
  /** ms between two polls that the log does not announce; default 20000. */
  every?: number | undefined
}

interface Taken {
  /** A deploy of the same commit. */
  follows?: InProgress | undefined
  /** One that a plan without a turn only tells of. */
  inTheWay?: InProgress | undefined
  hasWaited?: boolean
}

/**
 * Waits until no other deploy of the app is in progress, or finds one to follow. Without a `turn`
 * it only polls.
 * A poll costs up to 5 calls of the API, and the wait for one of those that are in progress 3 a
 * minute.
 * @throws ShipitError `refused` with who deploys and since when, at once or after the wait
 */
export async function takeTurn(
  platform: Platform,
  asking: Asking,
  turn: Turn | undefined,
): Promise<Taken> {
  const { app, commit, mayFollow } = asking
  const { wait = 0, signal, onWait, every } = turn ?? {}
  let last: InProgress | undefined
  const poll = async (): Promise<Taken | undefined> => {
    const found = await findInProgress(platform, app, commit.id)
    const hasWaited = last !== undefined
    if (!found) return { hasWaited }
    if (found.provenIn !== null) {
      // Moments, for whoever has not asked to wait too.
      if (!turn) return { hasWaited }
      await delay(found.provenIn, undefined, { signal })
      return poll()
    }
    if (mayFollow && found.commit === commit.id) return { follows: found, hasWaited }
    // A change of config vars is nobody's deploy that this one could spoil.
    if (found.stage === 'boot' && !found.isOfCode && wait === 0) return { hasWaited }
    if (!turn) return { inTheWay: found }
    if (wait > 0 && !isSame(found, last)) onWait?.(found)
    last = found
    return undefined
  }
  const deadline = performance.now() + wait
  for (;;) {
    signal?.throwIfAborted()
    const before = last
    const taken = await poll()
    if (taken) return taken
    const left = () => deadline - performance.now()
    if (left() <= 0) throw refusedBy(last!, app, wait)
    // What has ended is listed still, or the dynos of a release are not there yet.
    if (last!.stage === before?.stage && isSame(last!, before))
      await delay(Math.min(left(), every ?? PAUSE), undefined, { signal })
    await waitForEnd(platform, app, last!, { timeout: left(), every, signal })
  }
}

/** ms until what had ended, and is found in progress all the same, is looked at again. */
const PAUSE = 20_000

const isSame = (one: InProgress, other: InProgress | undefined): boolean =>
  (one.build ?? one.release?.id) === (other?.build ?? other?.release?.id)

function refusedBy(found: InProgress, app: string, waited: number): ShipitError {
  return new ShipitError('refused', {
    message:
      `Another deploy of ${app} is in progress${waited > 0 ? ' still' : ''}: ` +
      `${describeInProgress(found)}.`,
    why:
      waited > 0
        ? 'It has not ended in the time given by --lock-wait.'
        : "Two deploys at once would each judge the other's dynos.",
    next:
      waited > 0
        ? `Look at it with \`shipit releases --app ${app}\`, then deploy again.`
        : 'To wait for its end, deploy with --lock-wait 10m.',
    details: { in_progress: found },
  })
}

/** Releases looked at for one to go back to. */
const EARLIER = 50

/** The release that serves, or the one before it where that is the one which is followed. */
export async function releaseToReplace(
  platform: Platform,
  app: string,
  follows: InProgress | undefined,
): Promise<Release | undefined> {
  const current = await platform.currentRelease(app)
  if (!current || current.id !== follows?.release?.id) return current
  const earlier = await platform.releases(app, EARLIER)
  return earlier.find(
    ({ version, status, slug }) =>
      version < current.version &&
      status === 'succeeded' &&
      slug !== null &&
      slug.id !== current.slug?.id,
  )
}
