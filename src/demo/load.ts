import http from 'node:http'
import { loopbackLookup } from '../lib/loopback.js'

export interface LoadResult {
  sent: number
  ok: number
  /** One short word a failed request: a status or an error code. */
  failures: string[]
}

export interface Load {
  /** Ends the load after what is on its way has been answered. */
  stop(): Promise<LoadResult>
  /** What has happened so far. */
  readonly result: LoadResult
}

/** One GET on loopback; resolves with status and body, rejects on a broken connection. */
export function get(
  url: string,
  options: { agent?: http.Agent | false; timeout?: number } = {},
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = http.get(
      url,
      { agent: options.agent ?? false, lookup: loopbackLookup, timeout: options.timeout ?? 40_000 },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
        )
        response.on('error', reject)
      },
    )
    request.on('timeout', () => request.destroy(new Error('no answer in time')))
    request.on('error', reject)
  })
}

/**
 * Sends requests until it is stopped: `keepAlive` clients on a kept connection each, `fresh`
 * clients on a new one every time.
 */
export function startLoad(
  url: string,
  clients: { keepAlive: number; fresh: number; pause?: number },
): Load {
  const result: LoadResult = { sent: 0, ok: 0, failures: [] }
  const agent = new http.Agent({ keepAlive: true, maxSockets: clients.keepAlive || 1 })
  let isStopping = false

  const client = async (connection: http.Agent | false): Promise<void> => {
    while (!isStopping) {
      result.sent += 1
      try {
        const { status } = await get(url, { agent: connection })
        if (status >= 200 && status < 300) result.ok += 1
        else result.failures.push(String(status))
      } catch (error) {
        result.failures.push((error as NodeJS.ErrnoException).code ?? String(error))
      }
      await new Promise((resolve) => setTimeout(resolve, clients.pause ?? 5))
    }
  }

  const running = [
    ...Array.from({ length: clients.keepAlive }, () => client(agent)),
    ...Array.from({ length: clients.fresh }, () => client(false)),
  ]
  return {
    result,
    async stop() {
      isStopping = true
      await Promise.all(running)
      agent.destroy()
      return result
    },
  }
}
