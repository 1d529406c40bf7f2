import cluster from 'node:cluster'
import diagnostics from 'node:diagnostics_channel'
import type { ServerResponse } from 'node:http'
import { monotonic } from '../../lib/monotonic.js'
import type { Children } from './children.js'
import type { Connections } from './connections.js'
import type { OwnCluster } from './own-cluster.js'

/**
 * Idle keep-alive connections are ended this long after the signal; a request that was on its way
 * meanwhile is still answered.
 */
const IDLE_GRACE = 1000
/**
 * Connections that the cluster's primary was handing over when the server closed arrive within this
 * time.
 */
const HANDOVER = 50
/** No new connection for this long, and the router is taken to have turned away. */
const QUIET = 150
/** A port that goes on being called is closed after this. */
const LONGEST_WELCOME = 3000
/**
 * The supervisor's word has come by then: it closes a port and hands over what it accepted there in
 * 7 s and a little (listeners.ts). What is still to be handed to an instance that closes first is
 * lost.
 */
const LONGEST_WAIT = 10_000

type Signal = 'SIGTERM' | 'SIGINT'
/** Of signal(7). node:os, which knows them too, would be loaded for them alone. */
const NUMBERS: Record<Signal, number> = { SIGTERM: 15, SIGINT: 2 }

/** The process's worker threads, which drain their own servers. */
interface DrainingThreads {
  readonly areServing: boolean
  sayGoodbye(): void
  drain(within: number, hasWord: boolean): Promise<unknown>
}

export interface DrainSettings {
  /** ms */
  within: number
  connections: Connections
  threads: DrainingThreads
  children: Children
  cluster: OwnCluster
  /**
   * An app that is stopped by a message (`shutdown_with_message`) ends itself: a signal, which
   * Heroku sends to every process, only says goodbye to its clients.
   */
  isStoppedByMessage: boolean
  signals: Signals
  /** Whether it is the supervisor's own child. */
  isInstance: boolean
}

/**
 * Finishes what is in flight when the process is told to stop, for apps that know nothing of
 * signals.
 * SIGTERM and SIGINT, once each or both, begin one drain. Returns what to call when the supervisor
 * has gone.
 */
export function installDrain(settings: DrainSettings): () => void {
  const { connections, threads, cluster: own, isStoppedByMessage, signals, isInstance } = settings
  const onSignal = (signal: Signal) => {
    sayGoodbyeToAll(connections)
    if (isStoppedByMessage || leaveToApp(signal, onSignal)) {
      threads.sayGoodbye()
      if (!isStoppedByMessage) own.tellLater()
      return
    }
    void drain(settings, signal === 'SIGTERM' ? signals.supervisorsWord : undefined).then(() =>
      leave(),
    )
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  if (isInstance) leaveWithSupervisor(onSignal)
  return () => onSignal('SIGTERM')
}

interface Signals {
  /** The supervisor's own word, which is SIGINT. */
  supervisorsWord: Promise<void>
  /** From now on only the first counts. */
  begin(): void
}

/**
 * Heroku signals every process of a dyno and the supervisor signals its instances: the second word,
 * whichever it is, says nothing new, and an app's handler that takes it for impatience must not see
 * it. Node binds `process.emit` when a signal's first listener comes.
 */
export function takeSignalsOnce(): Signals {
  let isTold = false
  let hasBegun = false
  let resolve: () => void
  const supervisorsWord = new Promise<void>((done) => (resolve = done))
  const emit = process.emit as (name: string | symbol, ...args: unknown[]) => boolean
  process.emit = function (this: NodeJS.Process, name: string | symbol, ...args: unknown[]) {
    if (!hasBegun || (name !== 'SIGTERM' && name !== 'SIGINT'))
      return emit.call(this, name, ...args)
    if (name === 'SIGINT') resolve()
    if (isTold) return true
    isTold = true
    return emit.call(this, name, ...args)
  } as typeof process.emit
  return { supervisorsWord, begin: () => void (hasBegun = true) }
}

/**
 * After Heroku's SIGTERM the router turns away within moments; what it still sends is answered. In
 * cluster mode the supervisor holds the port and says when it has closed it; else the port is this
 * process's own.
 */
async function untilClosed(
  connections: Connections,
  supervisorsWord: Promise<void>,
): Promise<void> {
  if (cluster.isWorker) return void (await Promise.race([supervisorsWord, pause(LONGEST_WAIT)]))
  const limit = monotonic() + LONGEST_WELCOME
  const begun = monotonic()
  while (monotonic() < limit && monotonic() - Math.max(begun, connections.lastConnection) < QUIET)
    await pause(10)
}

/** Every answer from now on is the last of its connection. */
export function sayGoodbyeToAll(connections: Connections): void {
  for (const response of connections.responses) sayGoodbye(response)
  diagnostics.subscribe('http.server.request.start', (message) =>
    sayGoodbye((message as { response: ServerResponse }).response),
  )
}

function sayGoodbye(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close')
}

/**
 * Whether the app has its own handler, of either signal: PM2 tells apps to stop by SIGINT, Heroku
 * by SIGTERM, and most apps listen to one.
 * Such an app stops itself; a handler of the other signal is called in its place.
 */
function leaveToApp(signal: Signal, ours: (signal: Signal) => void): boolean {
  const other: Signal = signal === 'SIGTERM' ? 'SIGINT' : 'SIGTERM'
  const own = (name: Signal) =>
    process.listeners(name).filter((listener) => listener !== ours).length - watchersOf()
  if (own(signal) > 0) return true
  if (own(other) <= 0) return false
  for (const listener of process.listeners(other))
    if (listener !== ours)
      (listener as (signal: Signal, number: number) => void).call(process, other, NUMBERS[other])
  return true
}

/**
 * signal-exit (under many libraries) listens only to see the process off, and ends nothing while
 * others listen too.
 */
function watchersOf(): number {
  const registry = globalThis as unknown as Record<symbol, { count?: number } | undefined>
  const v3 = (process as unknown as { __signal_exit_emitter__?: { count?: number } })
    .__signal_exit_emitter__
  return (registry[Symbol.for('signal-exit emitter')]?.count ?? 0) + (v3?.count ?? 0)
}

/**
 * Resolves when nothing is in flight in this process, its threads and its workers, or the time is
 * over.
 */
async function drain(
  { within, connections, threads, children, cluster: own }: DrainSettings,
  word: Promise<void> | undefined,
): Promise<void> {
  const deadline = monotonic() + within
  const others = [threads.drain(within, word !== undefined), own.stop(deadline)]
  const isServing = connections.hasServers || threads.areServing || own.hasWorkers
  if (connections.hasServers) await drainServers(connections, within, word)
  await Promise.race([Promise.all(others), pause(Math.max(0, deadline - monotonic()))])
  // A launcher stays for the server that it has started, and for what it passes on for it.
  while (!isServing && children.areAwaited && monotonic() < deadline) await pause(20)
}

/**
 * Closes the ports of this thread and waits for what is in flight on them. `word`: after Heroku's
 * signal, the supervisor's own.
 */
export async function drainServers(
  connections: Connections,
  within: number,
  word: Promise<void> | undefined,
): Promise<void> {
  const deadline = monotonic() + within
  if (word) await Promise.race([untilClosed(connections, word), pause(within)])
  // After a round of polling, which accepts all that has already connected.
  await new Promise((resolve) => setImmediate(resolve))
  const closed = connections.stopListening(HANDOVER)
  connections.closeUpgraded()
  await pause(Math.min(IDLE_GRACE, Math.max(0, deadline - monotonic())))
  while (monotonic() < deadline && connections.areOpen) {
    connections.endIdle()
    await pause(20)
  }
  await Promise.race([closed, pause(Math.max(0, deadline - monotonic()))])
  await pause(HANDOVER)
}

/** Ends the instance, leaving the cluster first so that the primary hands it nothing more. */
function leave(): void {
  const end = () => process.exit(0)
  if (!cluster.isWorker || !cluster.worker || !process.connected) return end()
  setTimeout(end, 500).unref()
  process.once('disconnect', end)
  cluster.worker.disconnect()
}

/**
 * An instance must not outlive a supervisor that was killed. Listening for `disconnect` would keep
 * an app alive that has nothing left to do.
 */
function leaveWithSupervisor(onSignal: (signal: Signal) => void): void {
  const supervisor = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === supervisor) return
    clearInterval(timer)
    onSignal('SIGTERM')
  }, 1000).unref()
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
