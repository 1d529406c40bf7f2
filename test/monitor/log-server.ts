import type { Dyno, Formation, LogLine } from '../../src/heroku/index.js'
import { faultServer, type FaultServer } from '../support/fault-server.js'

interface Shown {
  dynos: readonly Dyno[]
  formation?: readonly Formation[]
  vars?: Readonly<Record<string, string>>
  /** Of a session; @param isTail whether it follows the log */
  lines: (isTail: boolean) => readonly LogLine[]
}

export interface LogServer extends FaultServer {
  /** What each log session was asked for. */
  readonly sessions: readonly Record<string, unknown>[]
}

const eventOf = ({ timestamp, source, dyno, message }: LogLine, at: number) =>
  `id: ${at}\ndata: ${timestamp} ${source}[${dyno}]: ${message}\n\n`

/** A platform that has an app's log, and chooses nothing of it. */
export async function logServer({
  dynos,
  formation = [],
  vars = {},
  lines,
}: Shown): Promise<LogServer> {
  const server = await faultServer(({ method, path: url }) => {
    if (method === 'POST')
      return { json: { id: 's', logplex_url: `${server.url}/stream` }, status: 201 }
    if (url.endsWith('/dynos')) return { json: dynos }
    if (url.endsWith('/formation')) return { json: formation }
    if (url.endsWith('/config-vars')) return { json: vars }
    const isTail = sessionsOf(server).at(-1)?.['tail'] === true
    const headers = { 'content-type': 'text/event-stream' }
    return { chunks: [lines(isTail).map(eventOf).join('')], headers }
  })
  return Object.defineProperty(server as LogServer, 'sessions', { get: () => sessionsOf(server) })
}

const sessionsOf = ({ arrived }: FaultServer) =>
  arrived
    .filter(({ method }) => method === 'POST')
    .map(({ body }) => JSON.parse(body) as Record<string, unknown>)
