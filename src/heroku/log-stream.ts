import { setTimeout as delay } from 'node:timers/promises'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { ShipitError } from '../errors.js'
import type { PlatformApi } from './client.js'
import { connectionError } from './errors.js'
import { parseLogLine } from './log-line.js'
import { createLogSession, type LogFilter } from './log-sessions.js'
import { fetchFor } from './proxy.js'
import { KEPT_LINES, SeenLines } from './seen-lines.js'
import type { LogLine } from './types.js'

export interface LogStreamOptions extends LogFilter {
  signal?: AbortSignal
  /** ms before the stream is opened again; doubled after each failure up to 15 s. Default 1000. */
  reconnectDelay?: number
  /** Failures in a row before the stream is given up. Default 8. */
  retries?: number
}

const LONGEST_DELAY = 15_000

/** 404 and 410: the session is gone. 403: its time is over. */
const EXPIRED = new Set([403, 404, 410])

/**
 * The app's log, oldest line first. A broken or closed stream is resumed by Last-Event-Id, and by a new session once the old one has
 * expired; no line comes twice. Without `tail` it ends after the recent lines; with it, when `signal` is aborted or the reader leaves.
 * Throws ShipitError: what POST log-sessions was answered, or `network` once the stream cannot be had.
 */
export async function* streamLogs(api: PlatformApi, app: string, options: LogStreamOptions = {}): AsyncGenerator<LogLine, void, undefined> {
  const { signal: outer, reconnectDelay = 1000, retries = 8, ...filter } = options
  const left = new AbortController()
  const signal = outer ? AbortSignal.any([outer, left.signal]) : left.signal
  const seen = new SeenLines()
  let url: string | undefined
  let failures = 0

  try {
    for (;;) {
      try {
        if (url === undefined) {
          const lines = seen.isEmpty ? filter.lines : KEPT_LINES
          url = (await createLogSession(api, app, { ...filter, lines }, { signal })).logplex_url
          seen.expectReplay()
        } else if (seen.lastEventId === undefined) seen.expectReplay()

        const response = await open(url, seen.lastEventId, signal)
        if (EXPIRED.has(response.status)) {
          url = undefined
          throw new Error(`the log session has expired (status ${response.status})`)
        }
        if (!response.ok) throw new Error(`status ${response.status}`)
        if (filter.tail) failures = 0
        for await (const { id, lines } of eventsOf(response)) {
          failures = 0
          if (seen.isRepeatedEvent(id)) continue
          for (const line of lines) if (!seen.isRepeatedLine(line)) yield line
        }
        if (!filter.tail) return
      } catch (error) {
        if (signal.aborted) return
        // An answer such as 404 will not change; a broken connection may.
        if (error instanceof ShipitError && (error.code !== 'network' || seen.isEmpty)) throw error
        if (failures++ >= retries) throw error instanceof ShipitError ? error : brokenStream(url ?? api.endpoint.apiUrl, error)
      }
      await delay(Math.min(reconnectDelay * 2 ** Math.max(0, failures - 1), LONGEST_DELAY), undefined, { signal })
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    left.abort()
  }
}

async function open(url: string, lastEventId: string | undefined, signal: AbortSignal): Promise<Response> {
  const send = await fetchFor(url)
  return send(url, {
    signal,
    headers: { Accept: 'text/event-stream', ...(lastEventId === undefined ? {} : { 'Last-Event-Id': lastEventId }) },
  })
}

const brokenStream = (url: string, error: unknown) =>
  connectionError(error, { label: 'The log stream', apiUrl: url }, { method: 'GET', path: new URL(url).pathname, mayHaveActed: false })

interface LogEvent { id: string | undefined; lines: LogLine[] }

/** The events of a stream as they come; an answer in plain text is one line an event, without ids. */
async function* eventsOf(response: Response): AsyncGenerator<LogEvent> {
  if (!response.body) return
  const decoder = new TextDecoder()
  if (response.headers.get('content-type')?.includes('text/event-stream')) {
    const arrived: EventSourceMessage[] = []
    const parser = createParser({ onEvent: (event) => arrived.push(event) })
    for await (const chunk of response.body) {
      parser.feed(decoder.decode(chunk, { stream: true }))
      for (const { id, data } of arrived.splice(0)) yield { id, lines: linesOf(data, id) }
    }
    return
  }
  let rest = ''
  for await (const chunk of response.body) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = parts.pop()!
    for (const part of parts) yield { id: undefined, lines: linesOf(part) }
  }
  yield { id: undefined, lines: linesOf(rest + decoder.decode()) }
}

const linesOf = (data: string, id?: string): LogLine[] =>
  data.split('\n').map((line) => line.replace(/\r$/, '')).filter((line) => line !== '').map((line) => parseLogLine(line, id))
