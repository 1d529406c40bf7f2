import { setTimeout as delay } from 'node:timers/promises'

interface UntilOptions {
  /** ms after which it gives up. */
  timeout: number
  /** ms between two polls. Default 250. */
  every?: number
  signal?: AbortSignal | undefined
}

/**
 * Polls until `poll` gives something other than undefined and false; undefined when
 * the time is up.
 * Errors of `poll` and an abort go to the caller.
 */
export async function until<T>(
  poll: () => Promise<T | undefined | false> | T | undefined | false,
  { timeout, every = 250, signal }: UntilOptions,
): Promise<T | undefined> {
  const deadline = performance.now() + timeout
  for (;;) {
    signal?.throwIfAborted()
    const seen = await poll()
    if (seen !== undefined && seen !== false) return seen
    if (performance.now() >= deadline) return undefined
    await delay(every, undefined, { signal })
  }
}
