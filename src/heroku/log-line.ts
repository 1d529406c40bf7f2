import type { LogLine } from './types.js'

/** `2026-11-22T20:00:00.000000+00:00 app[web.1]: text`: https://devcenter.heroku.com/articles/logging#log-format */
const FORMAT = /^(\d{4}-\d\d-\d\dT\S+) ([\w-]+)\[([^\]]*)\]: ?(.*)$/s

/** A line as the log session wrote it. One that is not in Heroku's format is all message. */
export function parseLogLine(text: string, id?: string): LogLine {
  const [, timestamp = '', source = '', dyno = '', message = text] = FORMAT.exec(text) ?? []
  return { ...(id === undefined ? {} : { id }), timestamp, source, dyno, message }
}

/** The line in Heroku's format again. */
export function formatLogLine({ timestamp, source, dyno, message }: LogLine): string {
  return timestamp ? `${timestamp} ${source}[${dyno}]: ${message}` : message
}
