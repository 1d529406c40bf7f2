import { parseLogLine, type LogLine } from '../../src/heroku/logs.js'
import { readLine, type Reading } from '../../src/monitor/index.js'
import { eventLine, sampleLine, type EventName, type Sample } from '../../src/runtime/event-line.js'

/** Lines of an app's log at times of a test's choice, ms since the epoch. */
const stamp = (time: number) => new Date(time).toISOString().replace('Z', '+00:00')

export const sampleAt = (
  time: number,
  source: string,
  instance: number,
  rest: Partial<Sample> = {},
  app = 'api',
): string =>
  `${stamp(time)} app[${source}]: ${sampleLine({ source, app, instance }, { pid: 23 + instance, status: 'online', restarts: 0, uptime: 80, memoryMb: 61.2, cpuPercent: 1.3, ...rest }).trimEnd()}`

export const changeAt = (
  time: number,
  source: string,
  instance: number,
  event: EventName,
  fields: Record<string, string | number>,
): string =>
  `${stamp(time)} app[${source}]: ${eventLine({ source, app: 'api', instance }, event, fields).trimEnd()}`

let requests = 0
export const requestAt = (
  time: number,
  dyno: string,
  { service = 12, status = 200, code = '' } = {},
): string =>
  `${stamp(time)} heroku[router]: at=${code ? `error code=${code} desc="x"` : 'info'} method=GET path="/" host=a1.herokuapp.com request_id=r-${requests++} fwd="203.0.113.1" dyno=${dyno} connect=0ms service=${service}ms status=${status} bytes=2 protocol=https`

export const herokuAt = (time: number, dyno: string, message: string): string =>
  `${stamp(time)} heroku[${dyno}]: ${message}`

export const apiAt = (time: number, message: string): string =>
  `${stamp(time)} app[api]: ${message}`

/** Gives lines to a history as the model does. */
export function feed(
  to: { add(line: LogLine, reading: Reading): void },
  lines: readonly string[],
): void {
  for (const text of lines) {
    const line = parseLogLine(text)
    to.add(line, readLine(line))
  }
}
