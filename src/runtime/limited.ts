/**
 * What God asks of the `async` package, whose twenty files cost each boot a megabyte: work on many
 * things, at most `limit` at once.
 */

type Done<T> = (error: unknown, results?: T[]) => void
type Next<T> = (error?: unknown, result?: T) => void

/**
 * Calls `work` with 0 to `count - 1`; `done` with the first error at once, else with all results in
 * their order.
 */
export function timesLimit<T>(
  count: number,
  limit: number,
  work: (index: number, next: Next<T>) => void,
  done?: Done<T>,
): void {
  const results: T[] = []
  let [begun, running, isOver] = [0, 0, false]
  const end = (error: unknown) => {
    isOver = true
    done?.(error, results)
  }
  const goOn = () => {
    while (!isOver && running < limit && begun < count) begin(begun++)
    if (!isOver && running === 0) end(null)
  }
  const begin = (index: number) => {
    running += 1
    let isAnswered = false
    work(index, (error, result) => {
      if (isAnswered || isOver) return
      isAnswered = true
      running -= 1
      results[index] = result as T
      if (error) end(error)
      else goOn()
    })
  }
  goOn()
}

export function eachLimit<I>(
  items: I[],
  limit: number,
  work: (item: I, next: Next<undefined>) => void,
  done?: (error: unknown) => void,
): void {
  timesLimit(
    items.length,
    limit,
    (index, next: Next<undefined>) => work(items[index] as I, next),
    (error) => done?.(error),
  )
}
