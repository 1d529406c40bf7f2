/** PM2's own readers of a daemon's sockets: its RPC client, and a listener of its bus. */
import { createRequire } from 'node:module'
import path from 'node:path'

const require = createRequire(import.meta.url)

interface Socket {
  connect(file: string): Socket
  close(): void
  on(event: string, listener: (...args: unknown[]) => void): void
}
const axon = require('pm2/modules/pm2-axon') as { socket(kind: string): Socket }
const { Client } = require('pm2/modules/pm2-axon-rpc') as {
  Client: new (socket: Socket) => {
    methods(done: (error: Error | null, methods: Methods) => void): void
    call(name: string, ...args: unknown[]): void
  }
}

/** By name; `params` is read in the function's text. */
export type Methods = Record<string, { name: string; params: string[] }>

/** What came on the bus, in order. */
export interface Told {
  event: string
  packet: Record<string, unknown>
}

/** Reads the sockets in the folder of a PM2. */
export class Pm2Reader {
  readonly told: Told[] = []
  private readonly request = axon.socket('req')
  private readonly bus = axon.socket('sub-emitter')
  private readonly client = new Client(this.request)

  constructor(home: string) {
    this.request.connect(path.join(home, 'rpc.sock'))
    this.bus.connect(path.join(home, 'pub.sock'))
    this.bus.on('*', (event, packet) =>
      this.told.push({ event: event as string, packet: packet as Record<string, unknown> }),
    )
  }

  methods(): Promise<Methods> {
    return new Promise((resolve, reject) =>
      this.client.methods((error, methods) => (error ? reject(error) : resolve(methods))),
    )
  }

  call<T>(name: string, argument: unknown): Promise<T> {
    return new Promise((resolve, reject) =>
      this.client.call(name, argument, (error: unknown, result: T) =>
        error ? reject(new Error(JSON.stringify(error))) : resolve(result),
      ),
    )
  }

  close(): void {
    this.request.close()
    this.bus.close()
  }
}
