import { formatLogLine, streamLogs, type LogLine, type PlatformApi } from '../heroku/index.js'
import { ShipitError } from '../errors.js'

/** ms that the log may take: the crash is the news, its log the explanation. */
const PATIENCE = 10_000

/** The lines from the last start that ended, as the platform words both; all where there is none. */
function lastLife(lines: readonly LogLine[]): readonly LogLine[] {
  const ended = lines.findLastIndex(({ source, message }) => source === 'heroku' && message.startsWith('Process exited'))
  const started = lines.slice(0, ended + 1).findLastIndex(({ source, message }) => source === 'heroku' && message.startsWith('Starting process'))
  return started < 0 ? lines : lines.slice(started)
}

/** The last lines that a dyno wrote and that the platform wrote of it, for an error's `why`. */
export async function lastOutput(api: PlatformApi, app: string, dyno: string, count = 20): Promise<string> {
  const lines: LogLine[] = []
  try {
    for await (const line of streamLogs(api, app, { lines: 100, dyno, retries: 1, signal: AbortSignal.timeout(PATIENCE) })) lines.push(line)
  } catch (error) {
    if (!(error instanceof ShipitError)) throw error
    return `Its log could not be read: ${error.message}`
  }
  return lines.length > 0 ? lastLife(lines).slice(-count).map(formatLogLine).join('\n') : 'It printed nothing.'
}
