import { EventEmitter, once } from 'node:events'
import net from 'node:net'
import type { AddressInfo } from 'node:net'
import { createRouter } from '../../../src/embedded/router/index.js'
import type { RouterTimes } from '../../../src/embedded/router/connect.js'
import type { Dynos, Limits, WebTarget } from '../../../src/embedded/store/types.js'
import { until } from '../../support/until.js'
import { Home, LIMITS } from '../dynos/fakes.js'

/**
 * A router before a dyno that is a server of this process: what it answers is in the test's hand,
 * byte by byte.
 */
export class Bare {
  readonly home = new Home()
  readonly app = this.home.app('shop')
  readonly router
  /** What came on each connection to the dyno, in the order of their opening. */
  readonly received: string[] = []
  readonly sockets: net.Socket[] = []
  private readonly events = new EventEmitter()
  private readonly dyno: net.Server
  private readonly clients = new Set<net.Socket>()
  isUp = true

  /** `serve` gets each connection of the router. */
  constructor(
    serve: (socket: net.Socket, connection: number) => void,
    options: { limits?: Partial<Limits>; times?: Partial<RouterTimes> } = {},
  ) {
    this.home.release(this.app, { 'server.js': '' })
    this.dyno = net.createServer((socket) => {
      const connection = this.received.push('') - 1
      this.sockets.push(socket)
      socket.on('data', (chunk) => (this.received[connection] += chunk.toString('latin1')))
      socket.on('error', () => undefined)
      serve(socket, connection)
    })
    this.router = createRouter({
      store: this.home.store,
      logplex: this.home.logplex,
      dynos: this.dynos(),
      limits: { ...LIMITS, ...options.limits },
      times: options.times,
    }).server
  }

  private dynos(): Dynos {
    const never = async () => {
      throw new Error('not here')
    }
    return {
      webTargets: () => (this.isUp ? [this.target()] : []),
      webStatus: () => (this.isUp ? 'up' : 'none'),
      list: () => [],
      reconcile: () => undefined,
      restart: never,
      stop: never,
      runOneOff: never,
      shutdown: async () => undefined,
      on: (event, listener) => void this.events.on(event, listener),
      off: (event, listener) => void this.events.off(event, listener),
    }
  }

  private target(): WebTarget {
    return {
      dyno: 'web.1',
      id: 'the-dyno',
      host: '127.0.0.1',
      port: (this.dyno.address() as AddressInfo).port,
      claim: () => () => undefined,
    }
  }

  async listen(): Promise<this> {
    for (const server of [this.dyno, this.router]) {
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
    }
    return this
  }

  get port(): number {
    return (this.router.address() as AddressInfo).port
  }

  /** The dyno leaves routing, or comes back. */
  turn(isUp: boolean): void {
    this.isUp = isUp
    this.events.emit('change', this.app.id)
  }

  /** Sends bytes and resolves with what came until the router closed, or until `isEnough`. */
  async raw(
    text: string | Buffer,
    isEnough: (answer: string) => boolean = () => false,
  ): Promise<string> {
    const socket = net.connect(this.port, '127.0.0.1')
    this.clients.add(socket)
    socket.on('error', () => undefined)
    let answer = ''
    let isClosed = false
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')))
    socket.once('close', () => {
      isClosed = true
      this.clients.delete(socket)
    })
    socket.write(text, 'latin1')
    await until('the router has answered', () => isClosed || isEnough(answer), 10_000)
    socket.destroy()
    return answer
  }

  /** One request of its own connection; `extra` are header lines. */
  ask(path = '/', extra = '', method = 'GET', body = ''): Promise<string> {
    return this.raw(
      `${method} ${path} HTTP/1.1\r\nHost: shop.localhost\r\nConnection: close\r\n${extra}\r\n${body}`,
    )
  }

  async line(pattern: RegExp): Promise<string> {
    return until(
      `a line like ${pattern}`,
      () => this.lines().find((line) => pattern.test(line)) ?? false,
    )
  }

  lines(): string[] {
    return this.home.logplex.entries
      .filter(({ dyno }) => dyno === 'router')
      .map(({ message }) => message)
  }

  async close(): Promise<void> {
    for (const client of this.clients) client.destroy()
    this.router.close()
    this.router.closeAllConnections()
    for (const socket of this.sockets) socket.destroy()
    this.dyno.close()
    this.home.remove()
  }
}

/** Answers every request of a connection with the same bytes, once its head has come. */
export const always =
  (answer: string | Buffer, end = false) =>
  (socket: net.Socket): void => {
    let head = ''
    socket.on('data', (chunk) => {
      head += chunk.toString('latin1')
      while (head.includes('\r\n\r\n')) {
        head = head.slice(head.indexOf('\r\n\r\n') + 4)
        socket.write(answer, 'latin1')
        if (end) socket.end()
      }
    })
  }

export const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
