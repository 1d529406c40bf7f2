/**
 * PM2's agent with those of its ways replaced that do not suit a dyno: how it asks, connects, tries
 * again, scales, and speaks to its parent.
 */
import type { Agent as HttpAgent } from 'node:http'
import Module from 'node:module'
import { requireFromPm2 } from '../pm2-package.js'
import { dashboardAddress, questionAddress } from './address.js'
import { askAboutKeys } from './ask.js'
import { Backoff } from './backoff.js'
import { Connection, type Transport } from './connection.js'
import type { AgentMessage, ScaledMessage } from './messages.js'
import type { Verdict } from './verdict.js'

type Done = (error: unknown, data?: unknown) => void

interface Interface {
  getProcessByName(name: unknown, done: Done): void
  scale(options: { name?: unknown; number?: unknown }, done: Done): void
}

/** PM2's InteractorDaemon, as far as it is used here. */
interface Daemon {
  opts: { PUBLIC_KEY: string; SECRET_KEY: string }
  transport: { transporters: Map<string, Transport>; connect(endpoints: object, done: Done): void }
  km_data: unknown
  DAEMON_ACTIVE: boolean
  start(): void
  getSystemMetadata(): object
}

const AGENT = 'pm2/modules/pm2-io-agent/src'

/** Runs PM2's agent with the keys and the address of this process's environment. */
export function startAgent(tell: (message: AgentMessage) => void): void {
  const from = Module.createRequire(__filename)
  repairProxy()
  const Parent = from(`${AGENT}/InteractorDaemon.js`) as new () => Daemon
  // It writes a list of processes that nobody restores, and starts PM2 anew if it does not find
  // it.
  Object.assign(from(`${AGENT}/WatchDog.js`) as object, {
    start: () => undefined,
    stop: () => undefined,
  })
  leaveScalingToParent(
    (from(`${AGENT}/PM2Interface.js`) as { prototype: Interface }).prototype,
    tell,
  )
  const version = (from('pm2/package.json') as { version: string }).version

  class Agent extends Parent {
    readonly #backoff = new Backoff()
    #isConnected = false
    #connection: Connection | undefined

    /** PM2 calls it once, and again each minute after the connection was made. */
    _verifyEndpoint(done: Done): void {
      if (this.#isConnected) return void this.#askAgain()
      void this.#connect().then(() => done(null, this.km_data))
    }

    /**
     * Tries until the connection stands: the dashboard may come back, and a person may change what
     * it refuses.
     */
    async #connect(): Promise<void> {
      const [transport] = this.transport.transporters.values()
      if (!transport) throw new Error("PM2's agent has no transport")
      this.#connection ??= new Connection(transport, tell)
      for (;;) {
        const verdict = await this.#ask()
        if (verdict.standing !== 'accepted') tell(verdict)
        else if (
          await this.#connection.open((done) => this.transport.connect(verdict.endpoints, done))
        )
          break
        await pause(this.#backoff.next())
      }
      this.#isConnected = true
      this.DAEMON_ACTIVE = true
    }

    async #askAgain(): Promise<void> {
      const verdict = await this.#ask()
      if (verdict.standing === 'accepted') this.#connection?.moveTo(verdict.endpoints.ws)
      else if (verdict.standing !== 'unreachable' || !this.#connection?.isOpen) tell(verdict)
    }

    async #ask(): Promise<Verdict> {
      const address = dashboardAddress(process.env)
      if (!address) throw new Error('no address of a dashboard')
      const question = {
        public_id: this.opts.PUBLIC_KEY,
        private_id: this.opts.SECRET_KEY,
        data: this.getSystemMetadata(),
      }
      const verdict = await askAboutKeys(
        questionAddress(address),
        question,
        { 'user-agent': `PM2 Agent v${version}` },
        proxy(),
      )
      if (verdict.standing === 'accepted')
        this.km_data = { endpoints: verdict.endpoints, active: true }
      return verdict
    }

    /** It would send the secret. */
    sendToParent(): void {}
    /** Its socket gives the secret away. */
    startRPC(): object {
      return {}
    }
    _internalDebugger(): void {}
    exit(error: unknown): void {
      throw error instanceof Error ? error : new Error("PM2's agent gave up")
    }
  }

  new Agent().start()
  process.title = `PM2 Agent v${version}`
}

/**
 * PM2 7.0.4 calls proxy-agent as its version 5 was called, and fails. Without PM2_PROXY the module,
 * which is large, is not needed at all.
 */
function repairProxy(): void {
  const loader = Module as unknown as { _load(request: string, ...rest: unknown[]): unknown }
  const load = loader._load
  loader._load = function (this: unknown, request, ...rest) {
    return request === 'proxy-agent'
      ? function (): HttpAgent {
          return proxy() as HttpAgent
        }
      : load.call(this, request, ...rest)
  }
}

let agent: HttpAgent | undefined
function proxy(): HttpAgent | undefined {
  const address = process.env.PM2_PROXY
  if (!address) return undefined
  const { ProxyAgent } = requireFromPm2<{
    ProxyAgent: new (options: { getProxyForUrl(): string }) => HttpAgent
  }>(PROXY_AGENT)
  return (agent ??= new ProxyAgent({ getProxyForUrl: () => address }))
}
/** Resolved, so that the loader above lets it pass. */
const PROXY_AGENT = process.env.PM2_PROXY
  ? Module.createRequire(Module.createRequire(__filename).resolve('pm2/package.json')).resolve(
      'proxy-agent',
    )
  : ''

/**
 * PM2's agent counts processes itself, and goes on forever for a number that is none. The
 * supervisor knows what the dyno holds.
 */
function leaveScalingToParent(prototype: Interface, tell: (message: AgentMessage) => void): void {
  const waiting = new Map<number, Done>()
  let id = 0
  process.on('message', (message: ScaledMessage) => {
    const { scaled } = message
    waiting.get(scaled.id)?.(scaled.error === undefined ? null : new Error(scaled.error), {
      success: scaled.error === undefined,
    })
    waiting.delete(scaled.id)
  })
  prototype.scale = ({ name, number }, done) => {
    waiting.set((id += 1), done)
    tell({ scale: { id, name: String(name), number: String(number) } })
  }
  const find = prototype.getProcessByName
  prototype.getProcessByName = function (name, done) {
    if (typeof name !== 'string' || name === '') return done(new Error('no app is named'), [])
    find.call(this, name, done)
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
