/** When an app's dynos are asked for again: by a change that waits for them, and by a deploy. */
import { retry, isRateLimit } from '../heroku/limits.js'
import type { Dyno, Formation, LogLine, PlatformApi } from '../heroku/index.js'
import { dynoWord, WordCount, type DynoNews, type Pending } from './dyno-news.js'

export interface Cadence {
  /** ms until the wait times out. */
  timeout: number
  /** ms between two polls if the log does not say when one is due; default 1000. */
  poll?: number | undefined
  signal?: AbortSignal | undefined
  /**
   * What was asked for has only just been asked for: the log is waited for before the first poll.
   */
  isJustAsked?: boolean
}

/**
 * What a poll has found: the answer, or how many dynos are still to change. With none left it polls
 * again after `poll`, to see that it stays so.
 */
export type Found<T> = { answer: T } | { pending: Pending }

/** Seconds between polls while the log is silent; the last one stays. */
const SILENT = [10, 20, 30] as const
const silentPause = (second: number, polls: number) =>
  second * SILENT[Math.min(polls, SILENT.length - 1)]!

/** Of `poll`: the longest pause between two polls of what the log cannot tell. */
const LONGEST = 8

/**
 * Polls dynos until there is an answer; undefined when the time is up. The rate limit is waited out;
 * what else `ask` throws goes to the caller.
 *
 * The log says when to poll, so that a wait costs a call or two however long it is. Polls that it
 * does not announce come after 10, 20 and then every 30 s, and where the log cannot be read after
 * 1, 2, 4 and then every 8 s; all of them are slower the fewer calls the account has left.
 * Worst case: 8 calls a minute.
 */
export async function untilFound<T>(
  api: PlatformApi,
  news: DynoNews,
  ask: () => Promise<Found<T>>,
  options: Cadence,
): Promise<T | undefined> {
  const { timeout, poll = 1000, signal } = options
  const deadline = performance.now() + timeout
  const pause = (pending: Pending, ms: number) =>
    news.wait(
      pending,
      Math.max(0, Math.min(ms * api.budget.slowdown, deadline - performance.now())),
      signal,
    )
  let quick = 0
  let silent = 0
  let isAnnounced = false
  if (options.isJustAsked)
    isAnnounced = await pause(
      { up: 1, gone: 0 },
      news.isTelling ? silentPause(poll, silent++) : poll,
    )
  for (;;) {
    signal?.throwIfAborted()
    news.begin()
    const found = await retry(ask, isRateLimit, {
      time: deadline - performance.now(),
      pause: poll,
      growth: 2,
      signal,
    })
    if ('answer' in found) return found.answer
    if (performance.now() >= deadline) return undefined
    const { pending } = found
    if (pending.up + pending.gone === 0) {
      await pause(pending, poll)
      isAnnounced = true
      continue
    }
    // What the log has announced will be seen any moment.
    const isQuick = isAnnounced || !news.isTelling
    const next = isQuick ? poll * Math.min(LONGEST, 2 ** quick++) : silentPause(poll, silent++)
    const wasNews = await pause(pending, next)
    if (wasNews) quick = 0
    isAnnounced = wasNews || (isAnnounced && quick <= Math.log2(LONGEST))
  }
}

/**
 * ms before a poll of what the log has told already and the list of dynos has not; doubled each
 * time.
 */
const LAGGING = 250
/** Seconds that `poll` has in a deploy. */
const DEPLOY_POLL = 5

/** How many dynos are still to come up with a release, and how many of an older one to go. Pure. */
export function pendingOf(
  all: readonly Dyno[],
  formation: readonly Formation[],
  version: number,
): Pending {
  const ofFormation = all.filter(({ type }) => formation.some((entry) => entry.type === type))
  const fresh = ofFormation.filter(({ release }) => release.version >= version)
  const starting = fresh.filter(({ state }) => state === 'starting' || state === 'down').length
  const missing = formation.reduce(
    (sum, { type, quantity }) =>
      sum + Math.max(0, quantity - fresh.filter((dyno) => dyno.type === type).length),
    0,
  )
  return { up: starting + missing, gone: ofFormation.length - fresh.length }
}

/**
 * When to poll a release's dynos again: when the log tells of as many as are waited for, or of a
 * crash; else after 10, 20 and then every 30 s.
 * A boot of a minute takes 5 polls, of two calls of the API each. Without a log the polls come as
 * the deploy's `pause` says.
 */
export class PollCadence {
  private readonly words = new WordCount()
  private pending: Pending = { up: 0, gone: 0 }
  private silent = 0
  private lags = 0
  private isLagging = false
  private hasLines = false
  private hasAny = false

  /** Whether the log has brought a line. */
  get isTelling(): boolean {
    return this.hasLines
  }

  /** To be called before each poll. */
  begin(): void {
    this.words.clear()
    this.hasAny = false
  }

  /** @param isLagging the log tells of dynos being up that the list has as starting */
  polled(pending: Pending, isLagging: boolean): void {
    this.pending = pending
    this.isLagging = isLagging
    if (!isLagging) this.lags = 0
  }

  take(line: LogLine): void {
    this.hasLines = true
    const word = dynoWord(line)
    if (word === undefined) return
    this.words.add(word, line.dyno)
    this.hasAny ||= word !== 'gone'
  }

  /** Whether what was told since the last poll makes another one worthwhile. */
  get isDue(): boolean {
    const { up, gone } = this.pending
    return up + gone === 0 ? this.hasAny : this.words.isWorthAPoll(this.pending)
  }

  /** ms until the next poll if the log stays silent. @param poll ms: the deploy's, 5 s */
  next(poll: number): number {
    if (this.isLagging) return Math.min(poll, LAGGING * 2 ** this.lags++)
    return silentPause(poll / DEPLOY_POLL, this.silent++)
  }
}
