import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { packageRoot } from '../../../src/paths.js'
import { childrenOf } from './memory.js'
import { onServersCpus } from './load.js'

/** Knows nothing of signals. /grow takes 160 MB more for good; GROW_MB is taken at boot. */
const APP = `
const http = require('http')
const held = [Buffer.alloc((Number(process.env.GROW_MB) || 0) << 20, 1)]
http.createServer((req, res) => {
  if (req.url === '/grow') held.push(Buffer.alloc(160 << 20, 1))
  res.end('hello\\n')
}).listen(process.env.PORT, '127.0.0.1')
`
const CLUSTER = `
const cluster = require('cluster')
if (!cluster.isPrimary) require('./app.js')
else for (let i = 0; i < 2; i += 1) cluster.fork()
`
const THRONG = `require(${JSON.stringify(path.join(packageRoot, 'node_modules/throng'))})({ workers: 2, worker: () => require('./app.js') })`
const file = (options: string): string =>
  `apps:\n  - { name: api, script: app.js, instances: 2${options} }\n`

const bin = (name: string): string => path.join(packageRoot, name)
const PM2 = bin('node_modules/pm2/bin/pm2-runtime')
const SHIPIT = bin('dist/shipit-runtime/bin/shipit-runtime.js')

export const ALTERNATIVES = {
  node: ['app.js'],
  'node:cluster': ['cluster.js'],
  throng: ['throng.js'],
  'pm2-runtime': [PM2, 'start', 'ecosystem.config.yml'],
  'pm2-runtime, pmx: false': [PM2, 'start', 'pmx.config.yml'],
  'shipit-runtime': [SHIPIT, 'start', 'ecosystem.config.yml'],
}
export type Alternative = keyof typeof ALTERNATIVES

/** A folder with the app under each alternative; `remove` when done. */
export class Bed {
  readonly dir = mkdtempSync(path.join(os.tmpdir(), 'shipit-bench-'))

  constructor() {
    const files = {
      'app.js': APP,
      'cluster.js': CLUSTER,
      'throng.js': THRONG,
      'ecosystem.config.yml': file(''),
      'pmx.config.yml': file(', pmx: false'),
      'memory.config.yml': file(', max_memory_restart: 150M'),
      'max.config.yml': 'apps:\n  - { name: api, script: app.js, instances: max }\n',
    }
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(this.dir, name), text)
  }

  async start(
    args: readonly string[],
    options: { isPinned?: boolean; env?: Record<string, string> } = {},
  ): Promise<Server> {
    const port = await freePort()
    const [command, ...rest] = options.isPinned
      ? onServersCpus([process.execPath, ...args])
      : [process.execPath, ...args]
    const { PATH } = process.env
    const env = {
      PATH,
      HOME: this.dir,
      TMPDIR: this.dir,
      PM2_HOME: path.join(this.dir, '.pm2'),
      DYNO: 'web.1',
      PORT: String(port),
      ...options.env,
    }
    const begun = performance.now()
    // A group of its own, as a dyno's processes are one.
    const child = spawn(command!, rest, { cwd: this.dir, detached: true, stdio: 'ignore', env })
    const server = new Server(child, port, env)
    await until(async () => (await get(port, '/')) === 200, 60_000, 2)
    server.firstAnswer = performance.now() - begun
    return server
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true })
  }
}

/** Groups that run: a bench that is stopped takes them along. */
const running = new Set<Server>()
process.once('exit', () => {
  for (const server of running) server.signal('SIGKILL')
})

export class Server {
  firstAnswer = 0
  readonly #ended: Promise<unknown>

  constructor(
    readonly child: ChildProcess,
    readonly port: number,
    readonly env: NodeJS.ProcessEnv,
  ) {
    running.add(this)
    this.#ended = once(child, 'exit')
  }

  get pid(): number {
    return this.child.pid!
  }

  get instances(): number[] {
    return childrenOf(this.pid)
  }

  async hasInstances(count: number): Promise<void> {
    await until(() => Promise.resolve(this.instances.length >= count), 60_000, 20)
  }

  /** SIGTERM to every process, as a dyno is stopped. */
  async stop(): Promise<void> {
    this.signal('SIGTERM')
    const timer = setTimeout(() => this.signal('SIGKILL'), 30_000)
    await this.#ended
    clearTimeout(timer)
    this.signal('SIGKILL')
    running.delete(this)
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL')
    if (this.child.exitCode === null && this.child.signalCode === null) await this.#ended
    running.delete(this)
  }

  signal(name: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, name)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}

/** The status of one GET on a new connection; 0 if there was no answer. */
export function get(port: number, target: string): Promise<number> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () =>
      socket.write(`GET ${target} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n`),
    )
    socket.once('data', (data) => {
      resolve(Number(data.toString('latin1').slice(9, 12)))
      socket.destroy()
    })
    socket.once('error', () => resolve(0)).once('close', () => resolve(0))
  })
}

export async function until(
  isTrue: () => Promise<boolean>,
  deadline: number,
  every: number,
): Promise<void> {
  const end = performance.now() + deadline
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error('timed out')
    await pause(every)
  }
}

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms))

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
