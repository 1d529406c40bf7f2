import { randomBytes, randomUUID } from 'node:crypto'
import { Router } from 'express'
import { InvalidParams, NotFound } from '../api-error.js'
import { readLog, type LogFilter } from '../log-reader.js'
import type { ApiParts } from '../parts.js'
import { appOf, bodyOf, param, textOf } from '../request.js'

/** Lines of the backlog if a session does not say how many. */
const DEFAULT_LINES = 100
const MOST_LINES = 1_500
/**
 * How long a session's URL is good
 * (devcenter.heroku.com/articles/platform-api-reference#log-session): until it is read, and in all.
 */
const UNREAD_LIFE = 5 * 60_000
const LIFE = 60 * 60_000

interface Session extends LogFilter {
  appId: string
  lines: number
  tail: boolean
  createdAt: number
  isRead: boolean
}

export function logSessionRoutes({ store, logplex, urls, now: clock = Date.now }: ApiParts): {
  authorised: Router
  open: Router
} {
  const sessions = new Map<string, Session>()
  const isAlive = (session: Session, now: number) =>
    now - session.createdAt < (session.isRead ? LIFE : UNREAD_LIFE)
  const authorised = Router()
  const open = Router()

  authorised.post('/apps/:app/log-sessions', (request, response) => {
    const app = appOf(store, request)
    const now = clock()
    for (const [key, session] of sessions) if (!isAlive(session, now)) sessions.delete(key)
    const key = randomBytes(24).toString('base64url')
    const asked = sessionFrom(bodyOf(request))
    // Fir keeps no lines to begin with, and its sessions always tail
    // (devcenter.heroku.com/articles/logging; heroku/cli, commands/logs).
    const session = app.generation === 'fir' ? { ...asked, lines: 0, tail: true } : asked
    sessions.set(key, { ...session, appId: app.id, createdAt: now, isRead: false })
    const created = new Date(now).toISOString()
    response.status(201).json({
      created_at: created,
      id: randomUUID(),
      logplex_url: `${urls().apiUrl}/streams/logs/${key}`,
      updated_at: created,
    })
  })

  open.get('/streams/logs/:session', (request, response) => {
    const session = sessions.get(param(request, 'session'))
    if (!session || !isAlive(session, clock()) || !store.find(session.appId))
      throw new NotFound('log session', 'The log session has expired.')
    session.isRead = true
    const isEventStream = (request.headers.accept ?? '').includes('text/event-stream')
    const resumed = Number(request.headers['last-event-id'])
    response.writeHead(200, {
      'Content-Type': isEventStream
        ? 'text/event-stream; charset=utf-8'
        : 'text/plain; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    })
    const { appId, source, dyno, lines, tail } = session
    readLog(logplex, response, {
      appId,
      source,
      dyno,
      lines,
      tail,
      after:
        request.headers['last-event-id'] && Number.isSafeInteger(resumed) ? resumed : undefined,
      isEventStream,
    })
  })

  return { authorised, open }
}

function sessionFrom(body: Record<string, unknown>): LogFilter & { lines: number; tail: boolean } {
  const text = (name: string): string | undefined => {
    const value = body[name] ?? undefined
    if (value !== undefined && typeof value !== 'string')
      throw new InvalidParams(`${name} must be a string`)
    return value === '' ? undefined : value
  }
  const lines =
    body.lines === undefined || body.lines === null ? DEFAULT_LINES : Number(textOf(body.lines))
  if (!Number.isInteger(lines) || lines < 0) throw new InvalidParams('lines must be a whole number')
  const tail = body.tail ?? false
  if (typeof tail !== 'boolean') throw new InvalidParams('tail must be true or false')
  return {
    lines: Math.min(lines, MOST_LINES),
    tail,
    source: text('source'),
    dyno: text('dyno') ?? text('dyno_name') ?? text('type'),
  }
}
