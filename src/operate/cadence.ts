import { retry, isRateLimit } from '../heroku/retry.js'
import type { DynoNews, Pending, PlatformApi } from '../heroku/index.js'

export interface Cadence {
  /** ms until the wait times out. */
  timeout: number
  /** ms between two looks if the log does not say when one is due; default 1000. */
  poll?: number | undefined
  signal?: AbortSignal | undefined
  /**
   * What was asked for has only just been asked for: the log is waited for before the first look.
   */
  isJustAsked?: boolean
}

/**
 * What a look has found: the answer, or how many dynos are still to change. With none left it looks
 * again after `poll`, to see that it stays so.
 */
export type Found<T> = { answer: T } | { pending: Pending }

/**
 * Of `poll`: the longest pause between two looks that nothing announces, and the pauses while the
 * log is silent, of which the last one stays.
 */
const LONGEST = 8
const SILENT = [10, 20, 30] as const

/**
 * Looks at dynos until there is an answer; undefined when the time is up. The rate limit is waited
 * out; what else `look` throws goes to the caller.
 *
 * The log says when to look, so that a wait costs a call or two however long it is. Looks that it
 * does not announce come after 10, 20 and then every 30 s, and where the log cannot be read after
 * 1, 2, 4 and then every 8 s; all of them are slower the fewer calls the account has left.
 * Worst case: 8 calls a minute.
 */
export async function untilFound<T>(
  api: PlatformApi,
  news: DynoNews,
  look: () => Promise<Found<T>>,
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
    isAnnounced = await pause({ up: 1, gone: 0 }, poll * (news.isTelling ? SILENT[silent++]! : 1))
  for (;;) {
    signal?.throwIfAborted()
    news.begin()
    const found = await retry(look, isRateLimit, {
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
    const next = isQuick
      ? Math.min(LONGEST, 2 ** quick++)
      : SILENT[Math.min(silent++, SILENT.length - 1)]!
    const wasNews = await pause(pending, poll * next)
    if (wasNews) quick = 0
    isAnnounced = wasNews || (isAnnounced && quick <= Math.log2(LONGEST))
  }
}
