import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { createDynos } from '../../../src/embedded/dynos/index.js'
import { createRouter } from '../../../src/embedded/router/index.js'
import type { RouterTimes } from '../../../src/embedded/router/connect.js'
import type { Limits } from '../../../src/embedded/store/types.js'
import type { AppRecord } from '../../../src/embedded/store/records.js'
import { until } from '../../support/until.js'
import { Home, LIMITS } from '../dynos/fakes.js'

interface Answer {
  status: number
  headers: http.IncomingHttpHeaders
  body: string
}

/** A router on a free port before real dynos. */
export class Platform {
  readonly home = new Home()
  readonly dynos
  readonly server: http.Server

  constructor(options: { limits?: Partial<Limits>; times?: Partial<RouterTimes> } = {}) {
    const services = {
      store: this.home.store,
      logplex: this.home.logplex,
      folders: this.home.folders,
      limits: { ...LIMITS, ...options.limits },
    }
    this.dynos = createDynos(services)
    this.server = createRouter({ ...services, dynos: this.dynos, times: options.times }).server
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    return this
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  /** An app of one file, server.js, with so many web dynos. */
  app(source: string, dynos = 1, options: { preboot?: boolean; type?: string } = {}): AppRecord {
    const app = this.home.app('shop', options)
    this.home.release(
      app,
      { 'server.js': source },
      { types: { [options.type ?? 'web']: 'exec node server.js' } },
    )
    if (dynos > 0) this.home.scale(app, 'web', dynos)
    this.dynos.reconcile(app.id, 'release')
    return app
  }

  upgrade(app: AppRecord, source: string): void {
    this.home.release(app, { 'server.js': source }, { types: { web: 'exec node server.js' } })
    this.dynos.reconcile(app.id, 'release')
  }

  scale(app: AppRecord, dynos: number): void {
    this.home.scale(app, 'web', dynos)
    this.dynos.reconcile(app.id, 'formation')
  }

  async up(app: AppRecord, count: number, version = 0): Promise<void> {
    await until(
      `${count} web dynos`,
      () => {
        const list = this.dynos.list(app.id)
        return (
          list.length === count &&
          list.every(({ state, release_version }) => state === 'up' && release_version >= version)
        )
      },
      30_000,
    )
  }

  request(
    path: string,
    options: http.RequestOptions & { body?: string | Buffer } = {},
  ): Promise<Answer> {
    const { body, headers, ...rest } = options
    return new Promise((resolve, reject) => {
      const request = http.request({
        host: '127.0.0.1',
        port: this.port,
        path,
        agent: false,
        ...rest,
        headers: { host: 'shop.localhost', ...(headers as http.OutgoingHttpHeaders) },
      })
      request.once('error', reject)
      request.once('response', (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.once('error', reject)
        response.once('end', () =>
          resolve({
            status: response.statusCode!,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        )
      })
      request.end(body)
    })
  }

  /** The router's lines, once there are so many of them. */
  routerLines(count = 1): Promise<string[]> {
    const lines = () =>
      this.home.logplex.entries
        .filter(({ dyno }) => dyno === 'router')
        .map(({ source, message }) => `${source}: ${message}`)
    return until(`${count} router lines`, () => lines().length >= count && lines())
  }

  async close(): Promise<void> {
    this.server.close()
    this.server.closeAllConnections()
    await this.dynos.shutdown()
    this.home.remove()
  }
}

/** ms between two requests of one client: the dynos that start meanwhile need the processor too. */
const PAUSE = 5

/**
 * Requests one after the other over several connections, until stop(): every answer that was not
 * 2xx and every failure, in words.
 */
export function load(
  platform: Platform,
  options: { keepAlive: boolean; connections: number; path?: string },
): { readonly sent: number; stop(): Promise<{ sent: number; bad: string[] }> } {
  // An agent with a limit on sockets keeps them alive whatever it is told.
  const agent = options.keepAlive
    ? new http.Agent({ keepAlive: true, maxSockets: options.connections })
    : false
  const bad: string[] = []
  let sent = 0
  let isStopping = false
  const client = async () => {
    while (!isStopping) {
      sent++
      try {
        const { status } = await platform.request(options.path ?? '/', { agent })
        if (status < 200 || status > 299) bad.push(`status ${status}`)
      } catch (error) {
        bad.push(String((error as NodeJS.ErrnoException).code ?? error))
      }
      await delay(PAUSE)
    }
  }
  const clients = Array.from({ length: options.connections }, client)
  return {
    get sent() {
      return sent
    },
    async stop() {
      isStopping = true
      await Promise.all(clients)
      if (agent) agent.destroy()
      return { sent, bad }
    },
  }
}
