import type { ServerResponse } from 'node:http'
import { typeOfDyno } from '../../lib/dyno-name.js'
import type { Logplex, StoredLogEntry } from '../store/types.js'

/** Bytes that may wait in a reader's connection before the log goes on without it. */
const MOST_WAITING = 1024 * 1024
/**
 * Lines after which a burst within one turn of the event loop is passed on; the log itself keeps
 * 1,500.
 */
const BURST = 500
const KEEP_ALIVE = 15_000

interface ReaderOptions extends LogFilter {
  appId: string
  /** Lines of the backlog to begin with. */
  lines: number
  tail: boolean
  /** Resume after this line instead of the backlog. */
  after: number | undefined
  isEventStream: boolean
}

/**
 * Writes an app's log to one connection. The log's own last lines are the only buffer: a reader
 * that is too slow for them finds a gap when it can take more, and a line that says how many it
 * missed, as Heroku's L10 does (devcenter.heroku.com/articles/error-codes#l10).
 */
export function readLog(logplex: Logplex, response: ServerResponse, options: ReaderOptions): void {
  const { appId, tail } = options
  let last = -1
  let unread = 0
  let isScheduled = false
  let isBlocked = false
  let isDone = false
  let subscribed = () => {}
  let keepAlive: NodeJS.Timeout | undefined

  const write = (entry: StoredLogEntry, id = entry.seq) => {
    const line = formatEntry(entry)
    response.write(options.isEventStream ? `id: ${id}\ndata: ${line}\n\n` : `${line}\n`)
  }

  const noteGap = (missed: number, next: StoredLogEntry) => {
    write({
      seq: next.seq - 1,
      time: Date.now(),
      source: 'heroku',
      dyno: 'logplex',
      message:
        `Error L10 (output buffer overflow): ${missed} messages dropped since ` +
        `${new Date(next.time).toISOString()}.`,
    })
  }

  const pump = () => {
    unread = 0
    if (isBlocked || isDone) return
    const entries = logplex.recent(appId)
    let index = entries.length
    while (index > 0 && (entries[index - 1] as StoredLogEntry).seq > last) index -= 1
    const first = entries[index]
    if (first && last >= 0 && index === 0 && first.seq > last + 1)
      noteGap(first.seq - last - 1, first)
    for (; index < entries.length; index += 1) {
      const entry = entries[index] as StoredLogEntry
      last = entry.seq
      if (passes(entry, options)) write(entry)
      if (response.writableLength > MOST_WAITING) {
        isBlocked = true
        response.once('drain', () => {
          isBlocked = false
          pump()
        })
        return
      }
    }
  }

  const stop = () => {
    isDone = true
    subscribed()
    clearInterval(keepAlive)
  }

  response.on('close', stop)
  const backlog = logplex.recent(appId)
  const wanted =
    options.after === undefined
      ? backlog.filter((entry) => passes(entry, options)).slice(-options.lines)
      : backlog.filter((entry) => entry.seq > (options.after as number) && passes(entry, options))
  if (options.lines > 0 || options.after !== undefined) for (const entry of wanted) write(entry)
  last = backlog.at(-1)?.seq ?? 0
  if (!tail) {
    response.end()
    return
  }
  response.flushHeaders()
  subscribed = logplex.subscribe(appId, () => {
    unread += 1
    if (unread >= BURST) pump()
    else if (!isScheduled) {
      isScheduled = true
      setImmediate(() => {
        isScheduled = false
        pump()
      })
    }
  })
  if (options.isEventStream)
    keepAlive = setInterval(() => {
      if (!isBlocked) response.write(':\n\n')
    }, KEEP_ALIVE).unref()
}

export interface LogFilter {
  source?: string | undefined
  dyno?: string | undefined
}

/** Whether a line belongs to a session: `dyno` is a dyno (web.1) or a process type (web). */
export function passes(entry: StoredLogEntry, { source, dyno }: LogFilter): boolean {
  if (source !== undefined && entry.source !== source) return false
  return dyno === undefined || entry.dyno === dyno || typeOfDyno(entry.dyno) === dyno
}

/** `2026-11-22T20:00:00.123000+00:00 app[web.1]: message`, as Logplex writes it. */
function formatEntry({
  time,
  source,
  dyno,
  message,
}: Pick<StoredLogEntry, 'time' | 'source' | 'dyno' | 'message'>): string {
  return `${new Date(time).toISOString().slice(0, -1)}000+00:00 ${source}[${dyno}]: ${message}`
}
