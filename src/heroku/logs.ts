import { type EventSourceMessage, createParser } from 'eventsource-parser'
import { looksLikeFirName } from '../lib/dyno-name.js'
import { appPath } from './resources.js'
import type { PlatformApi, RequestOptions } from './client.js'
import type { OpenedStream } from './output-stream.js'
import { LOG_SESSION, type LogSession } from './shapes.js'

/** One line of a log session. */
export interface LogLine {
  /** The stream's own id, for resuming by Last-Event-Id; absent in plain text streams. */
  id?: string
  /** ISO 8601 with offset, as the platform wrote it. */
  timestamp: string
  /** app or heroku */
  source: string
  /** web.1, router, api, release.4 … */
  dyno: string
  /**
   * Without the line break; terminal control bytes are still in it: clean it before you print it.
   */
  message: string
}

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
function formatLogLine({ timestamp, source, dyno, message }: LogLine): string {
  return timestamp ? `${timestamp} ${source}[${dyno}]: ${message}` : message
}

export interface LogFilter {
  /** Most recent lines to begin with; the platform keeps 1,500. */
  lines?: number
  /** Whether new lines follow. */
  tail?: boolean
  /** web.1, or a process type. */
  dyno?: string
  /** app or heroku */
  source?: string
}

/**
 * An address that answers the log: good for about 5 minutes unread and an hour read.
 * The API's schema keeps a dyno (`web.1`) and a process type (`web`) apart.
 */
export const createLogSession = (
  api: PlatformApi,
  app: string,
  { lines, tail, dyno, source }: LogFilter,
  options?: RequestOptions,
) =>
  api.post<LogSession>(
    `${appPath(app)}/log-sessions`,
    LOG_SESSION,
    {
      lines,
      tail,
      source,
      ...(dyno !== undefined && (dyno.includes('.') || looksLikeFirName(dyno))
        ? { dyno_name: dyno }
        : { type: dyno }),
    },
    options,
  )

/** As many lines as the platform keeps, so that no replay can be longer. */
export const KEPT_LINES = 1500
const KEPT_IDS = 4 * KEPT_LINES

/** What of a log has been passed on, so that a resumed stream passes nothing on twice. */
export class SeenLines {
  /** Of the current session, for Last-Event-Id. */
  lastEventId: string | undefined
  private readonly ids = new Set<string>()
  private recent: LogLine[] = []
  /** How often each line may still come again, while an earlier part of the log is read anew. */
  private expected: Map<string, number> | undefined
  /** How many lines have come since then. */
  private replayed = 0
  private oldest = ''

  get isEmpty(): boolean {
    return this.recent.length === 0
  }

  /**
   * The stream begins anew without a place to resume from: what has been seen comes again, and
   * older lines too.
   */
  expectReplay(): void {
    this.lastEventId = undefined
    this.ids.clear()
    if (this.isEmpty) return
    this.replayed = 0
    this.expected = new Map()
    for (const key of this.recent.map(formatLogLine))
      this.expected.set(key, (this.expected.get(key) ?? 0) + 1)
    this.oldest = this.recent.reduce(
      (least, { timestamp }) => (timestamp < least ? timestamp : least),
      this.recent[0]!.timestamp,
    )
  }

  /** Whether an event of the stream came before; remembers it. */
  isRepeatedEvent(id: string | undefined): boolean {
    if (id === undefined) return false
    if (this.ids.has(id)) return true
    this.lastEventId = id
    this.ids.add(id)
    if (this.ids.size > KEPT_IDS) this.ids.delete(this.ids.values().next().value!)
    return false
  }

  /** Whether a line came before, or is older than all that was asked for; remembers it. */
  isRepeatedLine(line: LogLine): boolean {
    if (this.expected && this.isReplayed(line, this.expected)) return true
    this.recent.push(line)
    if (this.recent.length > 2 * KEPT_LINES) this.recent = this.recent.slice(-KEPT_LINES)
    return false
  }

  private isReplayed(line: LogLine, expected: Map<string, number>): boolean {
    // What the platform keeps has come, and twice that for one that keeps more: from here on all is
    // new.
    if (++this.replayed > 2 * KEPT_LINES) this.expected = undefined
    const key = formatLogLine(line)
    const times = expected.get(key) ?? 0
    if (times > 0) {
      expected.set(key, times - 1)
      // What is older than all that was seen came before this; lines of several dynos are not in
      // the order of their times.
      this.oldest = ''
      return true
    }
    return line.timestamp !== '' && line.timestamp < this.oldest
  }
}

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
