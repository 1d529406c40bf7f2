import { setTimeout as delay } from 'node:timers/promises'
import { ShipitError } from '../errors.js'
import { monotonic } from '../lib/monotonic.js'
import type { PlatformApi } from './client.js'
import { connectionError } from './connection-errors.js'
import {
  KEPT_LINES,
  type LogFilter,
  type LogLine,
  SeenLines,
  createLogSession,
  logEvents,
} from './logs.js'
import { openStream, type OpenedStream } from './output-stream.js'
import { patience } from './limits.js'

export interface LogStreamOptions extends LogFilter {
  signal?: AbortSignal
  /** ms before the stream is opened again; doubled after each failure up to 5 s. Default 1000. */
  reconnectDelay?: number
  /** Failures in a row before the stream is given up. Default 16. */
  retries?: number
  /** What was read before of the same log: none of it comes again. */
  seen?: SeenLines
  /** For tests: the clock by which a sleep of the machine is noticed. */
  clock?: Clock
}

const LONGEST_DELAY = 5000
/** A stream that brought lines before it broke is taken up again at once. */
const SHORTEST_DELAY = 50

/**
 * ms without a line, and in all, after which a session that was not asked to tail has told all.
 * Fir's sessions tail whatever they are asked, and would never end
 * (devcenter.heroku.com/articles/logging, Fir).
 */
const QUIET = { line: 4000, all: 30_000 }

/** 404 and 410: the session is gone. 403: its time is over. */
const EXPIRED = new Set([403, 404, 410])

/** The app's log line by line: see streamLogBatches. */
export async function* streamLogs(
  api: PlatformApi,
  app: string,
  options?: LogStreamOptions,
): AsyncGenerator<LogLine, void, undefined> {
  for await (const lines of streamLogBatches(api, app, options)) yield* lines
}

/**
 * The app's log, oldest line first, as many at once as came at once. A broken or closed stream is
 * resumed by Last-Event-Id, and by a new session once the old one has expired; after a sleep of the
 * machine it is resumed as well. No line comes twice. Without `tail` it ends after the recent
 * lines; with it, when `signal` is aborted or the reader leaves.
 * Throws ShipitError: what POST log-sessions was answered, or `network` once the stream cannot be
 * had.
 */
export async function* streamLogBatches(
  api: PlatformApi,
  app: string,
  options: LogStreamOptions = {},
): AsyncGenerator<LogLine[], void, undefined> {
  const {
    signal: outer,
    reconnectDelay = 1000,
    retries = patience(process.env).retries ?? 16,
    seen = new SeenLines(),
    clock,
    ...filter
  } = options
  const left = new AbortController()
  const signal = outer ? AbortSignal.any([outer, left.signal]) : left.signal
  let connection = new AbortController()
  const endWatch = filter.tail ? onWake(() => connection.abort(), clock) : () => {}
  let url: string | undefined
  let failures = 0
  let isOver = false

  try {
    for (;;) {
      let hasBrought = false
      let stream: OpenedStream | undefined
      connection = new AbortController()
      const quiet = new AbortController()
      let timer: NodeJS.Timeout | undefined
      const begun = monotonic()
      try {
        if (url === undefined) {
          const lines = seen.isEmpty ? filter.lines : KEPT_LINES
          url = (await createLogSession(api, app, { ...filter, lines }, { signal })).logplex_url
          seen.expectReplay()
        } else if (seen.lastEventId === undefined) seen.expectReplay()

        stream = await open(
          url,
          seen.lastEventId,
          AbortSignal.any([signal, connection.signal, quiet.signal]),
        )
        const listen = () => {
          if (!filter.tail)
            timer = setTimeout(
              () => quiet.abort(),
              monotonic() - begun > QUIET.all ? 0 : QUIET.line,
            )
        }
        listen()
        if (EXPIRED.has(stream.status)) {
          url = undefined
          throw new Error(`the log session has expired (status ${stream.status})`)
        }
        if (stream.status !== 200) throw new Error(`status ${stream.status}`)
        if (filter.tail) failures = 0
        for await (const events of logEvents(stream)) {
          failures = 0
          clearTimeout(timer)
          const fresh = events.filter(({ id }) => !seen.isRepeatedEvent(id))
          // Lines that were seen before are progress too: the stream resumes behind them.
          hasBrought ||= fresh.length > 0
          const lines = fresh
            .flatMap((event) => event.lines)
            .filter((line) => !seen.isRepeatedLine(line))
          if (lines.length > 0) yield lines
          listen()
        }
        isOver = !filter.tail
        if (isOver) return
      } catch (error) {
        if (signal.aborted || (quiet.signal.aborted && stream !== undefined)) return
        // An answer such as 404 will not change; a broken connection may.
        if (error instanceof ShipitError && (error.code !== 'network' || seen.isEmpty)) throw error
        if (failures++ >= retries)
          throw error instanceof ShipitError
            ? error
            : brokenStream(url ?? api.endpoint.apiUrl, error)
      } finally {
        clearTimeout(timer)
        stream?.close()
      }
      const pause = reconnectDelay * 2 ** Math.max(0, failures - 1)
      await delay(Math.min(hasBrought ? SHORTEST_DELAY : LONGEST_DELAY, pause), undefined, {
        signal,
      })
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    endWatch()
    if (!isOver) left.abort()
  }
}

const open = (
  url: string,
  lastEventId: string | undefined,
  signal: AbortSignal,
): Promise<OpenedStream> =>
  openStream(url, {
    signal,
    headers: {
      Accept: 'text/event-stream',
      ...(lastEventId === undefined ? {} : { 'Last-Event-Id': lastEventId }),
    },
  })

const brokenStream = (url: string, error: unknown) =>
  connectionError(
    error,
    { label: 'The log stream', apiUrl: url },
    { method: 'GET', path: new URL(url).pathname, mayHaveActed: false },
  )

export interface Clock {
  /** ms between two looks at the clock. */
  every: number
  /** ms by which a look may be late before the machine counts as having slept. */
  late: number
  now(): number
}

const CLOCK: Clock = { every: 5000, late: 20_000, now: Date.now }

/**
 * Calls `wake` when the machine has slept (a laptop that was closed): its connections may be dead
 * without a word of it, and TCP would take minutes to notice. Returns the end of the watch.
 */
function onWake(wake: () => void, { every, late, now }: Clock = CLOCK): () => void {
  let before = now()
  const timer = setInterval(() => {
    const passed = now() - before
    before += passed
    if (passed > every + late) wake()
  }, every)
  timer.unref()
  return () => clearInterval(timer)
}
