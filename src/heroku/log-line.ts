import type { LogLine } from './types.js'

/** `2026-11-22T20:00:00.000000+00:00 `: https://devcenter.heroku.com/articles/logging#log-format */
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\S+ /
const NAME = /^[\w-]+$/

/**
 * A line as the log session wrote it. One that is not in Heroku's format is all message. A busy app
 * has thousands a second: it is taken apart by hand.
 */
export function parseLogLine(text: string, id?: string): LogLine {
  const space = text.charCodeAt(10) === 84 && TIMESTAMP.test(text) ? text.indexOf(' ') : -1
  const open = space < 0 ? -1 : text.indexOf('[', space)
  const close = open < 0 ? -1 : text.indexOf(']', open)
  const source =
    close < 0 || text.charCodeAt(close + 1) !== 58 ? '' : sourceOf(text, space + 1, open)
  if (source === '')
    return id === undefined
      ? { timestamp: '', source: '', dyno: '', message: text }
      : { id, timestamp: '', source: '', dyno: '', message: text }
  const timestamp = text.slice(0, space)
  const dyno = text.slice(open + 1, close)
  const message = text.slice(text.charCodeAt(close + 2) === 32 ? close + 3 : close + 2)
  return id === undefined
    ? { timestamp, source, dyno, message }
    : { id, timestamp, source, dyno, message }
}

/** Empty if it is not a name. */
function sourceOf(text: string, from: number, to: number): string {
  if (to - from === 3 && text.startsWith('app', from)) return 'app'
  if (to - from === 6 && text.startsWith('heroku', from)) return 'heroku'
  const source = text.slice(from, to)
  return NAME.test(source) ? source : ''
}

/** The line in Heroku's format again. */
export function formatLogLine({ timestamp, source, dyno, message }: LogLine): string {
  return timestamp ? `${timestamp} ${source}[${dyno}]: ${message}` : message
}
