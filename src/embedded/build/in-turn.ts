const turns = new Map<string, Promise<unknown>>()

/**
 * Runs `work` once those of the same key that were asked for before have ended, in whatever way.
 * Rejects early with the reason of `signal`, and `work` then never starts.
 */
export async function inTurn<T>(
  key: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const own = (turns.get(key) ?? Promise.resolve()).then(async () => {
    signal.throwIfAborted()
    return await work()
  })
  const settled = own.then(
    () => undefined,
    () => undefined,
  )
  turns.set(key, settled)
  void settled.then(() => {
    if (turns.get(key) === settled) turns.delete(key)
  })
  let isOver = (): void => undefined
  const aborted = new Promise<never>((_resolve, reject) => {
    isOver = () => reject(signal.reason as Error)
    signal.addEventListener('abort', isOver, { once: true })
  })
  try {
    return await Promise.race([own, aborted])
  } finally {
    signal.removeEventListener('abort', isOver)
  }
}
