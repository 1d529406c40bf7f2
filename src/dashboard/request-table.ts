import { ownText, type Request } from '../monitor/index.js'
import { foldPath } from './fold-path.js'
import { Latencies } from './latencies.js'
import type { RouteDocument } from './wire.js'

/** Routes counted apart in one half; then the least asked for are counted together. */
const MOST = 300
/** ms of one half: what is told is of the last half hour at least, and an hour at most. */
const HALF = 30 * 60_000
/** The route of all that are too many to count apart. */
const OTHERS = '(others)'

interface Route {
  method: string
  path: string
  requests: number
  clientErrors: number
  serverErrors: number
  latencies: Latencies
}

/** Requests of the last hour by method and path, as the router's lines tell them. */
export class RequestTable {
  private older = new Map<string, Route>()
  private newer = new Map<string, Route>()
  private begun = 0

  /** @param path as the client wrote it @param time ms since the epoch */
  add(method: string, path: string, request: Request, time: number): void {
    this.turn(time)
    const route = this.route(method, foldPath(path))
    route.requests += 1
    if (request.isError) route.serverErrors += 1
    else if (request.status >= 400) route.clientErrors += 1
    if (request.service !== undefined) route.latencies.add(request.service)
  }

  /** The most asked for first. @param now ms since the epoch */
  routes(now: number): RouteDocument[] {
    this.turn(now)
    const all = new Map<string, Route>()
    for (const half of [this.older, this.newer])
      for (const [key, route] of half) join(all, key, route)
    return [...all.values()]
      .sort((one, other) => other.requests - one.requests)
      .map(({ method, path, requests, clientErrors, serverErrors, latencies }) => ({
        method,
        path,
        requests,
        client_errors: clientErrors,
        server_errors: serverErrors,
        p50_ms: latencies.percentile(0.5),
        p95_ms: latencies.percentile(0.95),
        max_ms: latencies.total === 0 ? null : latencies.max,
      }))
  }

  private turn(time: number): void {
    const passed = time - this.begun
    if (passed < HALF) return
    this.older = passed < 2 * HALF ? this.newer : new Map()
    this.newer = new Map()
    // Not the time of the line: a half that begins late would keep the one before it too long.
    this.begun = time - (passed % HALF)
  }

  private route(method: string, path: string): Route {
    const key = `${method} ${path}`
    const known = this.newer.get(key)
    if (known) return known
    if (this.newer.size >= MOST) this.joinTheLeast()
    const made = emptyRoute(ownText(method), ownText(path))
    this.newer.set(ownText(key), made)
    return made
  }

  /** A client that tries out a thousand paths takes no room from those that are asked for. */
  private joinTheLeast(): void {
    const byRequests = [...this.newer].sort(([, one], [, other]) => other.requests - one.requests)
    this.newer = new Map(byRequests.slice(0, MOST / 2))
    for (const [, route] of byRequests.slice(MOST / 2)) join(this.newer, OTHERS, route, OTHERS)
  }
}

const emptyRoute = (method: string, path: string): Route => ({
  method,
  path,
  requests: 0,
  clientErrors: 0,
  serverErrors: 0,
  latencies: new Latencies(),
})

function join(into: Map<string, Route>, key: string, route: Route, name?: string): void {
  const known =
    into.get(key) ?? emptyRoute(name === undefined ? route.method : '', name ?? route.path)
  known.requests += route.requests
  known.clientErrors += route.clientErrors
  known.serverErrors += route.serverErrors
  known.latencies.addAll(route.latencies)
  into.set(key, known)
}
