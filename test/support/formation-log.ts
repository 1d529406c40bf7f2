import { eventLine, sampleLine, type EventName, type Sample } from '../../src/runtime/event-line.js'
import { API, nock } from './nock.js'

const LOGPLEX = 'https://logs.example'

export const secondsAgo = (ago: number) => new Date(Date.now() - ago * 1000).toISOString()

/**
 * The dynos of the app a1, and what its log session answers: lines, or a status. For suites of
 * nock.
 */
export function appIs(dynos: object[], lines: string[] | number = []): void {
  nock(API).get('/apps/a1/dynos').reply(200, dynos)
  nock(API)
    .post('/apps/a1/log-sessions', { lines: 1500 })
    .reply(201, { id: 's', logplex_url: `${LOGPLEX}/s` })
  const text =
    typeof lines === 'number'
      ? ''
      : lines.map((line, id) => `id: ${id}\ndata: ${line}\n\n`).join('')
  nock(LOGPLEX)
    .get('/s')
    .reply(typeof lines === 'number' ? lines : 200, text, { 'content-type': 'text/event-stream' })
}

/**
 * What a wait for dynos asks the log for; it cannot be had, so that the wait looks by itself. For
 * suites of nock.
 */
export const logIsAway = (times = 1) =>
  nock(API)
    .post('/apps/a1/log-sessions', { lines: 50, tail: true, source: 'heroku' })
    .times(times)
    .reply(500, { id: 'internal_server_error', message: 'No log.' })

/**
 * The log of the app a1 as it is followed: some lines, and after each broken connection some more.
 */
export function logIsFollowed(...parts: string[][]): void {
  nock(API)
    .post('/apps/a1/log-sessions', { lines: 1500, tail: true })
    .reply(201, { id: 't', logplex_url: `${LOGPLEX}/t` })
  let id = 0
  for (const lines of parts)
    nock(LOGPLEX)
      .get('/t')
      .reply(200, lines.map((line) => `id: ${id++}\ndata: ${line}\n\n`).join(''), {
        'content-type': 'text/event-stream',
      })
  nock(LOGPLEX)
    .get('/t')
    .optionally()
    .times(50)
    .reply(200, '', { 'content-type': 'text/event-stream' })
}

/** The runtime's line of an instance's figures, as it stands in the log. */
export const figures = (
  source: string,
  app: string,
  instance: number,
  rest: Partial<Sample> = {},
  ago = 5,
) =>
  `${secondsAgo(ago)} app[${source}]: ${sampleLine({ source, app, instance }, { pid: 23 + instance, status: 'online', restarts: 0, uptime: 80, memoryMb: 61.2, cpuPercent: 1.3, ...rest }).trimEnd()}`

/** The runtime's line of a change of an instance. */
export const change = (
  source: string,
  app: string,
  instance: number,
  event: EventName,
  fields: Record<string, string | number>,
  ago = 5,
) =>
  `${secondsAgo(ago)} app[${source}]: ${eventLine({ source, app, instance }, event, fields).trimEnd()}`
