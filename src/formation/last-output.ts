import { formatLogLine, streamLogs, type PlatformApi } from '../heroku/index.js'
import { ShipitError } from '../errors.js'

/** ms that the log may take: the crash is the news, its log the explanation. */
const PATIENCE = 10_000

/** The last lines that a dyno wrote and that the platform wrote of it, for an error's `why`. */
export async function lastOutput(api: PlatformApi, app: string, dyno: string, count = 20): Promise<string> {
  const lines: string[] = []
  try {
    for await (const line of streamLogs(api, app, { lines: 100, dyno, retries: 1, signal: AbortSignal.timeout(PATIENCE) })) lines.push(formatLogLine(line))
  } catch (error) {
    if (!(error instanceof ShipitError)) throw error
    return `Its log could not be read: ${error.message}`
  }
  return lines.length > 0 ? lines.slice(-count).join('\n') : 'It printed nothing.'
}
