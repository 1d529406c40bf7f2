import { once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import https from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'
import { until } from './until.js'

/** The keys that the stand-in accepts. */
export const PUBLIC_KEY = 'pub1ick3yabcdef'
export const SECRET_KEY = 's3cr3tk3yabcdef'

/** What the dashboard answers an agent that asks about its keys, or does to its connection. */
export type Mode =
  | 'ok'
  | 'unknown keys'
  | 'inactive'
  | 'disabled'
  | '502'
  | 'hangs'
  | 'closes each second'
  | 'refuses the socket'
  | 'hangs at the socket'
  | 'sends nonsense'

/** One process as a status packet shows it (pm2's agent, push/DataRetriever). */
export interface SeenProcess {
  pid: number
  name: string
  pm_id: number
  status: string
  restart_time: number
  exec_mode: string
  interpreter: string
  args: unknown
  path: string
  cpu: number
  memory: number
  created_at: number
  pm_uptime: number
  unique_id: string
  versioning: { revision?: string; url?: string } | null
  node_env: string | null
  axm_actions: { action_name: string }[]
  axm_monitor: Record<string, { value: unknown; unit?: string }>
}

interface Status {
  data: {
    process: SeenProcess[]
    server: { username: string; hostname: string; pm2_version: string; unique_id: string }
  }
  server_name: string
}

/**
 * Everything else that an agent pushes: logs, process:exception, process:event, axm:reply,
 * trigger:pm2:result …
 */
export interface Packet {
  channel: string
  payload: { data?: unknown; process?: { pm_id: number; name: string }; [field: string]: unknown }
}

/** One agent's machine: its last status, and what it sent besides. */
export class Machine {
  status: Status | undefined
  readonly packets: Packet[] = []
  opens = 0
  readonly sockets = new Set<WebSocket>()

  get processes(): SeenProcess[] {
    return this.status?.data.process ?? []
  }

  named(name: string): SeenProcess[] {
    return this.processes.filter((one) => one.name === name)
  }

  on(channel: string): Packet[] {
    return this.packets.filter((one) => one.channel === channel)
  }
}

interface Options {
  tls?: { key: string; cert: string }
}

/**
 * PM2's dashboard on the loopback, as pm2 7.0.4's own agent knows it (modules/pm2-io-agent): POST
 * /api/node/verifyPM2 answers if the websocket is, over which go JSON packets of a channel and a
 * payload, both ways. dashboard.test.ts proves it with plain pm2-runtime.
 */
export class Dashboard {
  mode: Mode = 'ok'
  readonly machines = new Map<string, Machine>()
  /** TCP connections so far, those that end in the TLS handshake among them. */
  connections = 0
  /** The bodies of the questions about keys. */
  readonly asked: { public_id: string; private_id: string; data: Record<string, unknown> }[] = []
  readonly #server: http.Server
  readonly #sockets = new Set<Socket>()
  readonly #isSecure: boolean

  private constructor({ tls }: Options) {
    const onRequest = (request: IncomingMessage, response: ServerResponse) =>
      void this.#onRequest(request, response)
    this.#isSecure = tls !== undefined
    this.#server = tls ? https.createServer(tls, onRequest) : http.createServer(onRequest)
    const websockets = new WebSocketServer({ noServer: true })
    this.#server.on('connection', (socket: Socket) => {
      this.connections += 1
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
    this.#server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      const { 'x-km-public': publicKey, 'x-km-secret': secretKey } = request.headers
      if (this.mode === 'hangs at the socket') return
      if (
        this.mode === 'refuses the socket' ||
        publicKey !== PUBLIC_KEY ||
        secretKey !== SECRET_KEY
      )
        return void socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n')
      websockets.handleUpgrade(request, socket, head, (websocket) =>
        this.#onOpen(String(request.headers['x-km-server']), websocket),
      )
    })
  }

  static async start(options: Options = {}): Promise<Dashboard> {
    const dashboard = new Dashboard(options)
    dashboard.#server.listen(0, '127.0.0.1')
    await once(dashboard.#server, 'listening')
    return dashboard
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** What KEYMETRICS_NODE is set to. */
  get url(): string {
    return `${this.#isSecure ? 'https' : 'http'}://127.0.0.1:${this.port}`
  }

  /** The config vars that let an app's agent reach this dashboard. */
  get vars(): { PM2_PUBLIC_KEY: string; PM2_SECRET_KEY: string; KEYMETRICS_NODE: string } {
    return { PM2_PUBLIC_KEY: PUBLIC_KEY, PM2_SECRET_KEY: SECRET_KEY, KEYMETRICS_NODE: this.url }
  }

  machine(name: string): Machine {
    const machine = this.machines.get(name) ?? new Machine()
    this.machines.set(name, machine)
    return machine
  }

  /** Resolves when the machine's next status packets show what is asked for. */
  async shows(
    name: string,
    condition: (processes: SeenProcess[]) => boolean,
    within = 20_000,
  ): Promise<SeenProcess[]> {
    const machine = this.machine(name)
    await until(
      () =>
        `${name} to show it; it shows ${brief(machine.processes)} (machines: ${[...this.machines.keys()].join(', ')})`,
      () => machine.status !== undefined && condition(machine.processes),
      within,
    )
    return machine.processes
  }

  /** Resolves with the first packet of a channel that fits. */
  async receives(
    name: string,
    channel: string,
    fits: (payload: Packet['payload']) => boolean = () => true,
    within = 20_000,
  ): Promise<Packet> {
    const machine = this.machine(name)
    const seen = () => [...new Set(machine.packets.map((one) => one.channel))].join(', ')
    return until(
      () => `${channel} from ${name}; channels so far: ${seen()}`,
      () => machine.on(channel).find((one) => fits(one.payload)),
      within,
    )
  }

  /** What a click does: one of PM2's own actions, answered by `trigger:pm2:result`. */
  async act(name: string, method: string, parameters: object): Promise<Packet['payload']> {
    const before = this.machine(name).on('trigger:pm2:result').length
    this.send(name, 'trigger:pm2:action', { method_name: method, parameters })
    return (
      await until(
        `a result of ${method}`,
        () => this.machine(name).on('trigger:pm2:result')[before],
        40_000,
      )
    ).payload
  }

  send(name: string, channel: string, payload: unknown): void {
    this.sendText(name, JSON.stringify({ channel, payload }))
  }

  sendText(name: string, text: string): void {
    for (const socket of this.machine(name).sockets) socket.send(text)
  }

  /** Breaks every connection. */
  cut(): void {
    for (const machine of this.machines.values())
      for (const socket of machine.sockets) socket.terminate()
  }

  async close(): Promise<void> {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    if (this.#server.listening) await once(this.#server, 'close')
  }

  async #onRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (request.method !== 'POST' || request.url !== '/api/node/verifyPM2')
      return void answer(404, {})
    const question = JSON.parse(
      Buffer.concat(chunks).toString('utf8'),
    ) as Dashboard['asked'][number]
    this.asked.push(question)
    if (this.mode === 'hangs') return
    if (this.mode === '502')
      return void response
        .writeHead(502, { 'content-type': 'text/html' })
        .end('<html>502 Bad Gateway</html>')
    if (this.mode === 'inactive')
      return void answer(200, {
        error: true,
        active: false,
        msg: 'the bucket is not active',
        endpoints: {},
      })
    if (this.mode === 'disabled')
      return void answer(200, { disabled: true, pending: false, active: true })
    if (
      this.mode === 'unknown keys' ||
      question.public_id !== PUBLIC_KEY ||
      question.private_id !== SECRET_KEY
    )
      return void answer(404, { error: true, msg: 'unknown keys' })
    const ws = `${this.#isSecure ? 'wss' : 'ws'}://127.0.0.1:${this.port}/ws`
    answer(200, {
      active: true,
      pending: false,
      new: false,
      disabled: false,
      endpoints: { ws, web: this.url, reverse: '', push: '' },
    })
  }

  #onOpen(name: string, socket: WebSocket): void {
    const machine = this.machine(name)
    machine.opens += 1
    machine.sockets.add(socket)
    socket.on('close', () => machine.sockets.delete(socket))
    socket.on('message', (text: Buffer) => {
      const packet = JSON.parse(text.toString('utf8')) as Packet
      if (packet.channel === 'status') machine.status = packet.payload as unknown as Status
      else machine.packets.push(packet)
    })
    if (this.mode === 'closes each second') setTimeout(() => socket.close(1001), 1000).unref()
    if (this.mode === 'sends nonsense') for (const text of NONSENSE) socket.send(text)
  }
}

/** Messages as a dashboard never sends them. */
export const NONSENSE = [
  'no json',
  'null',
  '[]',
  '{"channel":"trigger:pm2:action","payload":{}}',
  '{"channel":"trigger:pm2:action","payload":{"method_name":"restart"}}',
  '{"channel":"trigger:action","payload":{"action_name":"x"}}',
  '{"channel":{"a":1},"payload":{"b":2}}',
  '{"channel":"trigger:pm2:action","payload":{"method_name":"scale","parameters":{}}}',
  '{"channel":"trigger:pm2:action","payload":{"method_name":"toString","parameters":{}}}',
  '{"channel":"error","payload":{"message":"boo"}}',
]

const brief = (processes: SeenProcess[]): string =>
  JSON.stringify(
    processes.map(({ name, pm_id, pid, status, restart_time }) => ({
      name,
      pm_id,
      pid,
      status,
      restart_time,
    })),
  )
