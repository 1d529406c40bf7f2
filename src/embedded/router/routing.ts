import type { Dynos, Limits, Logplex, Store } from '../store/types.js'
import type { AppRecord } from '../store/records.js'
import type { Client } from './client.js'
import { ROUTER_CODES, type CodeName } from './codes.js'
import { connectToDyno, openConnection, type Connected, type RouterTimes } from './connect.js'
import { Exchange } from './exchange.js'
import { generationOf } from './generation.js'
import { BadRequest, requestHead } from './headers.js'
import { appForHost } from './hosts.js'
import { pages, refusal, sendPage } from './pages.js'
import { Passage } from './passage.js'
import type { Pool } from './pool.js'
import type { Upgrade } from './upgrade.js'
import type { Waiting } from './waiting.js'

interface Services {
  store: Store
  dynos: Dynos
  logplex: Logplex
  limits: Limits
  pool: Pool
  waiting: Waiting
  times: RouterTimes
}

/**
 * Requests that one router takes for each of an app's web dynos at a time
 * (devcenter.heroku.com/articles/http-routing#request-concurrency-limiting).
 */
const BACKLOG = 200

/** Where a request goes: to a page of the router's own, or to a dyno. */
export class Routing {
  /** Requests under way, by app. */
  private readonly present = new Map<string, number>()

  constructor(private readonly services: Services) {}

  /** Never throws: the worst that a request can do is to fail. */
  handle(client: Client, upgrade?: Upgrade): void {
    this.route(client, upgrade).catch((error: unknown) => {
      if (!(error instanceof BadRequest))
        process.emitWarning(error instanceof Error ? error : String(error))
      if (client.hasResponded) client.abort()
      else
        sendPage(
          client,
          error instanceof BadRequest ? refusal(error.status, error.message) : pages.error,
        )
    })
  }

  private async route(client: Client, upgrade?: Upgrade): Promise<void> {
    const app = appForHost(this.services.store, client.host)
    const router = app && generationOf(app, client)
    const head = requestHead(client, {
      via: router?.via ?? '1.1 heroku-router',
      passesExpect: router?.passesExpect ?? false,
    })
    if (!app || !router) return sendPage(client, pages.noSuchApp)
    const exchange = new Exchange(app, client, head, router, this.services.logplex)
    if (app.maintenance) return refuse(exchange, 'H80')
    if (!hasCode(app)) return refuse(exchange, 'H81')
    if (!this.admit(app.id, client)) return refuse(exchange, 'H11')
    if (client.protocol === '2.0' && !router.takesHttp2)
      throw new BadRequest('This app is routed without HTTP/2.', 505)

    const open = router.keepsAlive && !upgrade ? openConnection(app.id, this.services) : undefined
    if (open) return this.pass(exchange, open, upgrade)
    await this.overNewConnection(exchange, upgrade)
  }

  private async overNewConnection(exchange: Exchange, upgrade?: Upgrade): Promise<void> {
    const { app, client } = exchange
    const gone = new AbortController()
    client.listen({ onDrain: () => undefined, onClose: () => gone.abort() })
    const outcome = await connectToDyno(app.id, this.services, gone.signal)
    if (outcome && 'code' in outcome) return refuse(exchange, outcome.code, outcome.dyno)
    if (outcome && !gone.signal.aborted) return this.pass(exchange, outcome, upgrade)
    outcome?.release()
    outcome?.connection.destroy()
    exchange.log(ROUTER_CODES.H27.status, 'H27')
  }

  private pass(exchange: Exchange, connected: Connected, upgrade?: Upgrade): void {
    const { limits, times, pool } = this.services
    const { app, client, head, router } = exchange
    exchange.reached(connected)
    if (head.expectsContinue && !router.passesExpect) client.inform(100, [])
    new Passage(exchange, connected, {
      firstByte: limits.requestTimeout,
      idle: times.idle,
      upgrade,
      keep:
        router.keepsAlive && !upgrade ? (connection) => pool.put(app.id, connection) : undefined,
      again: () => {
        this.overNewConnection(exchange, upgrade).catch((error: Error) => {
          process.emitWarning(error)
          client.abort()
        })
      },
    }).start()
  }

  /** Counts a request for as long as it lasts; false if the app has too many. */
  private admit(appId: string, client: Client): boolean {
    const count = this.present.get(appId) ?? 0
    if (count >= BACKLOG && count >= BACKLOG * this.services.dynos.webTargets(appId).length)
      return false
    this.present.set(appId, count + 1)
    let isPresent = true
    const leave = () => {
      if (!isPresent) return
      isPresent = false
      const left = (this.present.get(appId) ?? 1) - 1
      if (left === 0) this.present.delete(appId)
      else this.present.set(appId, left)
    }
    client.listen({ onDrain: () => undefined, onClose: leave })
    return true
  }
}

function refuse(exchange: Exchange, code: CodeName, dyno?: string): void {
  exchange.log(ROUTER_CODES[code].status, code, { dyno })
  sendPage(exchange.client, ROUTER_CODES[code].page)
}

/** Before the first release with a slug there is nothing to route to. */
function hasCode(app: Readonly<AppRecord>): boolean {
  for (let i = app.releases.length - 1; i >= 0; i--) {
    const release = app.releases[i]!
    if (release.id === app.current_release_id) return release.slug_id !== null
  }
  return false
}
