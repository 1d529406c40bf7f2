import type { BroadcastChannel as ThreadsChannel, Worker } from 'node:worker_threads'
import { Connections } from './connections.js'
import { drainServers, sayGoodbyeToAll } from './drain.js'
import { readMark } from './mark.js'
import { installReport, type ReportMessage } from './report.js'

const NAME = 'shipit-runtime'

/** Loaded when there is a thread: it is 0.4 MB in every process. */
const threadsOfNode = () => require('node:worker_threads') as typeof import('node:worker_threads')

/**
 * Whether this is a thread beside the main one. Node marks what a thread may not do
 * (nodejs.org/api/process.html#processchdirdirectory); calling it costs more.
 */
export const isThread = (): boolean => 'disabled' in process.chdir

/** From a thread that listens to the main one, and back. */
type FromThread = { thread: number; said: ReportMessage | 'listens' | 'drained' }
type ToThreads = { drain: number; mayWelcome: boolean } | { goodbye: true }

/**
 * The threads of this process that listen, as its main thread sees them. Costs nothing until a
 * thread starts.
 */
export class Threads {
  #channel: ThreadsChannel | undefined
  readonly #serving = new Map<number, { active: number }>()
  #finished = 0
  #eventLoopP95Ms = 0
  #onChange: () => void = () => undefined
  /** Called before a thread listens, and with its port when it does. */
  onListen: () => void = () => undefined
  onListening: (port: number | string | undefined) => void = () => undefined

  constructor() {
    process.on('worker', (worker) => this.#watch(worker))
  }

  get areServing(): boolean {
    return this.#serving.size > 0
  }

  /** Requests under way. */
  get active(): number {
    return [...this.#serving.values()].reduce((sum, one) => sum + one.active, 0)
  }

  /** What the threads have told since the last time. */
  take(): { requests: number; eventLoopP95Ms: number } {
    const taken = { requests: this.#finished, eventLoopP95Ms: this.#eventLoopP95Ms }
    this.#finished = 0
    this.#eventLoopP95Ms = 0
    return taken
  }

  sayGoodbye(): void {
    this.#channel?.postMessage({ goodbye: true } satisfies ToThreads)
  }

  /** Resolves when no thread serves any more. */
  async drain(within: number, mayWelcome: boolean): Promise<void> {
    if (!this.areServing) return
    this.#channel?.postMessage({ drain: within, mayWelcome } satisfies ToThreads)
    await new Promise<void>((resolve) => (this.#onChange = () => this.areServing || resolve()))
  }

  #watch(worker: Worker): void {
    const id = worker.threadId
    worker.once('exit', () => this.#forget(id))
    if (this.#channel) return
    this.#channel = new (threadsOfNode().BroadcastChannel)(NAME)
    this.#channel.unref()
    this.#channel.onmessage = (event) => this.#hear((event as { data: FromThread }).data)
  }

  #hear({ thread, said }: FromThread): void {
    if (said === undefined) return
    if (said === 'drained') return this.#forget(thread)
    if (said === 'listens') {
      this.#serving.set(thread, { active: 0 })
      return this.onListen()
    }
    if (said.shipit === 'listening') return this.onListening(said.port)
    this.#finished += said.requests ?? 0
    this.#eventLoopP95Ms = Math.max(this.#eventLoopP95Ms, said.eventLoopP95Ms ?? 0)
    const serving = this.#serving.get(thread)
    if (serving) serving.active = said.activeRequests ?? 0
  }

  #forget(thread: number): void {
    this.#serving.delete(thread)
    this.#onChange()
  }
}

/**
 * In a thread: drains when the main one says so, and tells it what it serves. Nothing until the
 * thread listens.
 */
export function installThread(): void {
  const mark = readMark()
  if (!mark) return
  const connections = new Connections()
  let channel: ThreadsChannel | undefined
  const { threadId, BroadcastChannel } = threadsOfNode()
  const say = (said: FromThread['said']) =>
    channel?.postMessage({ thread: threadId, said } satisfies FromThread)
  connections.onListen = () => {
    if (channel) return
    channel = new BroadcastChannel(NAME)
    channel.unref()
    channel.onmessage = (event) => {
      const wish = (event as { data: ToThreads | FromThread }).data
      if ('thread' in wish) return
      sayGoodbyeToAll(connections)
      if ('drain' in wish)
        void drainServers(
          connections,
          wish.drain,
          wish.mayWelcome ? new Promise(() => undefined) : undefined,
        ).then(() => say('drained'))
    }
    say('listens')
    installReport(mark.reportEvery, () => connections.responses.length, undefined, say)
  }
  connections.onListening = (port) => say({ shipit: 'listening', port })
}
