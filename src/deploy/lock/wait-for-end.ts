/**
 * The wait for a deploy that is in progress elsewhere: its log says when to poll, so that hours of
 * it cost little of the account's calls.
 */
import { Pace, type LogLine } from '../../heroku/index.js'
import { dynoWord } from '../../operate/dyno-news.js'
import { ShipitError } from '../../errors.js'
import { until } from '../../lib/until.js'
import type { Platform } from '../platform.js'
import type { InProgress } from './in-progress.js'
import { isSwitching } from './switching.js'

interface EndOptions {
  /** ms until it returns, whatever is seen. */
  timeout: number
  /** ms between two polls that nothing announces; each is one call. Default 20000. */
  every?: number | undefined
  signal?: AbortSignal | undefined
}

/** Polls that the log announces: some at once, then no more than by the clock. */
const BURST = 2

/**
 * The platform's words for the end of a build and for a release
 * (https://devcenter.heroku.com/articles/logging#api-logs).
 */
const ENDS = /^(?:Build (?:succeeded|failed)|Release v\d+ |Deploy |Rollback )/

/** Returns once `found` may have ended: 3 calls a minute, and one for the log session. */
export async function waitForEnd(
  platform: Platform,
  app: string,
  found: InProgress,
  { timeout, every = 20_000, signal }: EndOptions,
): Promise<void> {
  const left = new AbortController()
  const either = signal ? AbortSignal.any([signal, left.signal]) : left.signal
  let isTold = false
  let dueAt = performance.now()
  const pace = new Pace(BURST, every)
  const isBroken = follow(platform, app, either, () => {
    isTold = true
  }).then(() => new Promise<never>(() => undefined))
  try {
    const isOver = until(
      async () => {
        const isAnnounced = isTold && pace.take()
        if (!isAnnounced && performance.now() < dueAt) return false
        isTold = false
        dueAt = performance.now() + every * (platform.slowdown?.() ?? 1)
        return !(await isGoingOn(platform, app, found))
      },
      { timeout, every: Math.min(every, 250), signal },
    )
    await Promise.race([isOver, isBroken])
  } finally {
    left.abort()
  }
}

/**
 * One call. Of a boot: whether a dyno of the release starts, or one of an older release is still
 * there.
 */
async function isGoingOn(
  platform: Platform,
  app: string,
  { build, release, stage, since }: InProgress,
): Promise<boolean> {
  if (stage === 'build' && build !== null)
    return (await platform.build(app, build)).status === 'pending'
  if (release === null) return false
  if (stage === 'release') return (await platform.release(app, release.id)).status === 'pending'
  const dynos = await platform.dynos(app)
  if (stage === 'switch')
    return isSwitching(
      platform,
      app,
      { created_at: since },
      dynos.filter(({ type }) => type === 'web').length,
    )
  return dynos.some((dyno) => dyno.release.version < release.version || dyno.state === 'starting')
}

/** A log that cannot be read is done without. */
async function follow(
  platform: Platform,
  app: string,
  signal: AbortSignal,
  tell: () => void,
): Promise<void> {
  try {
    for await (const line of platform.logs(app, { lines: 1, tail: true, signal }))
      if (tellsOfAnEnd(line)) tell()
  } catch (error) {
    if (!signal.aborted && !(error instanceof ShipitError)) throw error
  }
}

const tellsOfAnEnd = (line: LogLine): boolean =>
  (line.source === 'app' && line.dyno === 'api' && ENDS.test(line.message)) ||
  dynoWord(line) !== undefined
