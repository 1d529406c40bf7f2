import http from 'node:http'
import { get, type Load, type LoadResult } from '../../../src/demo/load.js'

export interface RateResult extends LoadResult {
  /** Of those sent: on a new connection each. */
  fresh: number
  /** ms that the slowest answer took. */
  slowest: number
  /** Requests a second that were sent in fact. */
  rate: number
}

/**
 * Requests at a fixed rate, whether or not the ones before have been answered; one in ten on a new
 * connection.
 */
export function startRate(url: string, perSecond: number): Load & { readonly result: RateResult } {
  const result: RateResult = { sent: 0, ok: 0, failures: [], fresh: 0, slowest: 0, rate: 0 }
  const agent = new http.Agent({ keepAlive: true, maxSockets: 100 })
  const waiting = new Set<Promise<void>>()
  const start = performance.now()

  const ask = async (): Promise<void> => {
    const number = ++result.sent
    const isFresh = number % 10 === 0
    const asked = performance.now()
    if (isFresh) result.fresh += 1
    try {
      const { status } = await get(url, { agent: isFresh ? false : agent })
      result.slowest = Math.max(result.slowest, Math.round(performance.now() - asked))
      if (status >= 200 && status < 300) result.ok += 1
      else result.failures.push(`${status} to request ${number}`)
    } catch (error) {
      result.failures.push(
        `${(error as NodeJS.ErrnoException).code ?? String(error)} to request ${number}`,
      )
    }
  }
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - start) / 1000) * perSecond)
    // Of a machine that stood still no more than a second is made up for.
    for (let count = Math.min(due - result.sent, perSecond); count > 0; count--) {
      const asked = ask().finally(() => waiting.delete(asked))
      waiting.add(asked)
    }
  }, 10)

  return {
    result,
    async stop() {
      clearInterval(timer)
      result.rate = Math.round((result.sent / (performance.now() - start)) * 1000)
      await Promise.all(waiting)
      agent.destroy()
      return result
    },
  }
}
