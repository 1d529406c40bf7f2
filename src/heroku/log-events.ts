import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { parseLogLine } from './log-line.js'
import type { OpenedStream } from './open-stream.js'
import type { LogLine } from './types.js'

export interface LogEvent { id: string | undefined; lines: LogLine[] }

/** The events of a log session as they come; an answer in plain text is one line an event, without ids. */
export async function* logEvents({ contentType, body }: Pick<OpenedStream, 'contentType' | 'body'>): AsyncGenerator<LogEvent> {
  const decoder = new TextDecoder()
  if (contentType.includes('text/event-stream')) {
    const arrived: EventSourceMessage[] = []
    const parser = createParser({ onEvent: (event) => arrived.push(event) })
    for await (const chunk of body) {
      parser.feed(decoder.decode(chunk, { stream: true }))
      for (const { id, data } of arrived.splice(0)) yield { id, lines: linesOf(data, id) }
    }
    return
  }
  let rest = ''
  for await (const chunk of body) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = parts.pop()!
    for (const part of parts) yield { id: undefined, lines: linesOf(part) }
  }
  yield { id: undefined, lines: linesOf(rest + decoder.decode()) }
}

const linesOf = (data: string, id?: string): LogLine[] =>
  data.split('\n').map((line) => line.replace(/\r$/, '')).filter((line) => line !== '').map((line) => parseLogLine(line, id))
