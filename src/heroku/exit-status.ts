import { ShipitError } from '../errors.js'
import type { PlatformApi } from './client.js'
import { streamLogs } from './log-stream.js'
import type { Dyno } from './types.js'

/** ms that the platform's last word on a dyno may take to its log. */
const TIMEOUT_MS = 15_000

/**
 * The status that a one-off dyno has ended with, as the platform logs it; waits for it. Undefined
 * if the log does not tell within `patience` ms, or cannot be read.
 */
export async function exitStatusFromLog(
  api: PlatformApi,
  app: string,
  { name, created_at }: Pick<Dyno, 'name' | 'created_at'>,
  patience = TIMEOUT_MS,
): Promise<number | undefined> {
  const since = Math.floor(Date.parse(created_at) / 1000) * 1000
  try {
    for await (const { dyno, timestamp, message } of streamLogs(api, app, {
      lines: 100,
      tail: true,
      dyno: name,
      source: 'heroku',
      signal: AbortSignal.timeout(patience),
    })) {
      const [, status] = /^Process exited with status (\d+)$/.exec(message) ?? []
      // A dyno before it may have had its name.
      if (status !== undefined && dyno === name && Date.parse(timestamp) >= since)
        return Number(status)
    }
  } catch (error) {
    if (!(error instanceof ShipitError)) throw error
  }
  return undefined
}
