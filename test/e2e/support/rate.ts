import http from 'node:http'
import { get, type Load } from '../../../src/demo/load.js'

/** Requests at a fixed rate, whether or not the ones before have been answered; one in ten on a new connection. */
export function startRate(url: string, perSecond: number): Load {
  const result: Load['result'] = { sent: 0, ok: 0, failures: [] }
  const agent = new http.Agent({ keepAlive: true, maxSockets: 100 })
  const waiting = new Set<Promise<void>>()
  const start = performance.now()

  const ask = async (): Promise<void> => {
    const number = ++result.sent
    try {
      const { status } = await get(url, { agent: number % 10 === 0 ? false : agent })
      if (status >= 200 && status < 300) result.ok += 1
      else result.failures.push(`${status} to request ${number}`)
    } catch (error) {
      result.failures.push(`${(error as NodeJS.ErrnoException).code ?? String(error)} to request ${number}`)
    }
  }
  const timer = setInterval(() => {
    const due = Math.floor((performance.now() - start) / 1000 * perSecond)
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
      await Promise.all(waiting)
      agent.destroy()
      return result
    },
  }
}
