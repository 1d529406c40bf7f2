/** Log lines as the platform and the runtime write them, by seconds from START. */
import { parseLogLine } from '../../src/heroku/logs.js'
import type { LogLine } from '../../src/heroku/index.js'
import { eventLine, sampleLine, type EventName } from '../../src/runtime/event-line.js'

export const START = Date.parse('2026-11-22T20:00:00Z')

export const line = (head: string, message: string, seconds = 0): LogLine =>
  parseLogLine(`${new Date(START + seconds * 1000).toISOString()} ${head}: ${message}`)

/** Of an app's own output. */
export const printed = (dyno: string, message: string, seconds = 0) =>
  line(`app[${dyno}]`, message, seconds)

export const changed = (
  dyno: string,
  app: string,
  instance: number,
  event: EventName,
  fields: Record<string, string | number> = {},
  seconds = 0,
) => printed(dyno, eventLine({ source: dyno, app, instance }, event, fields).trimEnd(), seconds)

export const sampled = (
  dyno: string,
  app: string,
  instance: number,
  figures: Partial<Parameters<typeof sampleLine>[1]> = {},
  seconds = 0,
) =>
  printed(
    dyno,
    sampleLine(
      { source: dyno, app, instance },
      {
        pid: 10 + instance,
        status: 'online',
        restarts: 0,
        uptime: seconds,
        memoryMb: 60,
        cpuPercent: 1,
        ...figures,
      },
    ).trimEnd(),
    seconds,
  )

export const requested = (dyno: string, status: number, code?: string, seconds = 0) =>
  line(
    'heroku[router]',
    `at=${code ? `error code=${code} desc="x"` : 'info'} method=GET path="/" host=a request_id=x fwd="" dyno=${dyno} connect=0ms service=10ms status=${status} bytes=0 protocol=http`,
    seconds,
  )
