import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { parseLogLine } from './log-line.js'
import type { OpenedStream } from './open-stream.js'
import type { LogLine } from './types.js'

/** Characters without the end of an event: a line of Heroku's log has 10,000 bytes at most. */
const LONGEST = 4 * 1024 * 1024

const endless = () => new Error('a line of the log has no end')

interface LogEvent {
  id: string | undefined
  lines: LogLine[]
}

/**
 * The events of a log session, those of one packet at once; an answer in plain text is one line an
 * event, without ids.
 */
export async function* logEvents({
  contentType,
  body,
}: Pick<OpenedStream, 'contentType' | 'body'>): AsyncGenerator<LogEvent[]> {
  const decoder = new TextDecoder()
  if (contentType.includes('text/event-stream')) {
    let arrived: LogEvent[] = []
    const parser = createParser({
      onEvent: ({ id, data }: EventSourceMessage) => arrived.push({ id, lines: linesOf(data, id) }),
    })
    let pending = 0
    for await (const chunk of body) {
      parser.feed(decoder.decode(chunk, { stream: true }))
      pending = arrived.length > 0 ? 0 : pending + chunk.length
      if (pending > LONGEST) throw endless()
      if (arrived.length > 0) yield arrived
      arrived = []
    }
    return
  }
  let rest = ''
  for await (const chunk of body) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = parts.pop()!
    if (rest.length > LONGEST) throw endless()
    yield parts.map((part) => ({ id: undefined, lines: linesOf(part) }))
  }
  yield [{ id: undefined, lines: linesOf(rest + decoder.decode()) }]
}

/** Most events are one line of no more than it. */
const BREAK = /[\r\n]/

function linesOf(data: string, id?: string): LogLine[] {
  if (data !== '' && !BREAK.test(data)) return [parseLogLine(data, id)]
  return data
    .split('\n')
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => line !== '')
    .map((line) => parseLogLine(line, id))
}
