/** The router: what a browser asks of `<app>.localhost` goes to one of the app's web dynos, and what fails is told in Heroku's codes. */
import http from 'node:http'
import type { Socket } from 'node:net'
import type { AppRecord, Dynos, Limits, Logplex, Store } from '../types.js'
import { ROUTER_CODES, type CodeName } from './codes.js'
import { connectToDyno, HEROKU_TIMES, type RouterTimes } from './connect.js'
import { Exchange } from './exchange.js'
import { appForHost } from './hosts.js'
import { pages } from './pages.js'
import { proxy, sendPage, type Upgrade } from './proxy.js'
import { isRequestWithBody, withoutUpgrade } from './upgrade.js'
import { Waiting } from './waiting.js'

/** ms that a connection may be idle between two requests; long, so that a client meets a closed one as rarely as on Heroku. */
const KEEP_ALIVE = 90_000
/** ms that a client may take to send its headers. */
const SLOW_HEADERS = 30_000

/**
 * An HTTP server that is not listening yet. `times` (ms) are Heroku's unless a test needs them shorter; limits.requestTimeout is the
 * wait for the first byte.
 */
export function createRouter(services: { store: Store; dynos: Dynos; logplex: Logplex; limits: Limits; times?: Partial<RouterTimes> }): { server: http.Server } {
  const { store, dynos, logplex, limits } = services
  const times = { ...HEROKU_TIMES, ...services.times }
  const waiting = new Waiting(dynos)

  const route = async (request: http.IncomingMessage, response: http.ServerResponse, upgrade?: Upgrade): Promise<void> => {
    const app = appForHost(store, request.headers.host)
    if (!app) return sendPage(request, response, pages.noSuchApp)
    const exchange = new Exchange(app, request, logplex)
    const refuse = (code: CodeName, dyno?: string) => {
      exchange.log(ROUTER_CODES[code].status, code, dyno)
      sendPage(request, response, ROUTER_CODES[code].page)
    }
    if (app.maintenance) return refuse('H80')
    if (!hasCode(app)) return refuse('H81')

    const gone = new AbortController()
    const leave = () => gone.abort()
    response.once('close', leave)
    const outcome = await connectToDyno(app.id, dynos, waiting, times, gone.signal)
    response.removeListener('close', leave)
    if (outcome && 'socket' in outcome && !gone.signal.aborted) {
      exchange.reached(outcome)
      return proxy(exchange, outcome, response, { firstByte: limits.requestTimeout, idle: times.idle }, upgrade)
    }
    if (outcome && 'code' in outcome) return refuse(outcome.code, outcome.dyno)
    if (outcome) {
      outcome.release()
      outcome.socket.destroy()
    }
    exchange.log(ROUTER_CODES.H27.status, 'H27')
  }

  const handle = (request: http.IncomingMessage, response: http.ServerResponse, upgrade?: Upgrade): void => {
    route(request, response, upgrade).catch((error: unknown) => {
      // What node refuses to pass on, such as a header that no dyno could parse.
      process.emitWarning(error instanceof Error ? error : String(error))
      if (response.headersSent) response.destroy()
      else sendPage(request, response, pages.error)
    })
  }

  const server = http.createServer({ keepAliveTimeout: KEEP_ALIVE, headersTimeout: SLOW_HEADERS, requestTimeout: 0, noDelay: true })
  server.on('request', handle)
  server.on('checkContinue', handle)
  server.on('upgrade', (request: http.IncomingMessage, socket: Socket, head: Buffer) => {
    if (isRequestWithBody(request)) return withoutUpgrade(server, request, socket, head)
    socket.on('error', () => socket.destroy())
    const response = new http.ServerResponse(request)
    response.shouldKeepAlive = false
    response.assignSocket(socket)
    response.once('finish', () => socket.end())
    handle(request, response, { socket, head })
  })
  return { server }
}

/** Before the first release with a slug there is nothing to route to. */
function hasCode(app: Readonly<AppRecord>): boolean {
  for (let i = app.releases.length - 1; i >= 0; i--) {
    const release = app.releases[i]!
    if (release.id === app.current_release_id) return release.slug_id !== null
  }
  return false
}
