import cluster from 'node:cluster'
import diagnostics from 'node:diagnostics_channel'
import os from 'node:os'
import type { ServerResponse } from 'node:http'
import type { Connections } from './connections.js'

/** Idle keep-alive connections are ended this long after the signal; a request that was on its way meanwhile is still answered. */
const IDLE_GRACE = 1000
/** Connections that the cluster's primary was handing over when the server closed arrive within this time. */
const HANDOVER = 50
/** No new connection for this long, and the router is taken to have turned away. */
const QUIET = 150
/** A port that goes on being called is closed after this. */
const LONGEST_WELCOME = 3000

type Signal = 'SIGTERM' | 'SIGINT'

/**
 * Finishes what is in flight when the instance is told to stop, for apps that know nothing of signals.
 * SIGTERM and SIGINT, once each or both, begin one drain. `within` is the time for it, in ms. An app that is stopped by a message
 * (`shutdown_with_message`) ends itself: a signal, which Heroku sends to every process, only says goodbye to its clients.
 */
export function installDrain(within: number, connections: Connections, isStoppedByMessage: boolean): void {
  const supervisorsWord = takeSignalsOnce()
  const onSignal = (signal: Signal) => {
    for (const response of connections.responses) sayGoodbye(response)
    diagnostics.subscribe('http.server.request.start', (message) => sayGoodbye((message as { response: ServerResponse }).response))
    if (isStoppedByMessage || leaveToApp(signal, onSignal)) return
    void drain(connections, within, signal === 'SIGTERM' ? untilClosed(connections, supervisorsWord) : undefined).then(() => leave())
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  leaveWithSupervisor(onSignal)
}

/**
 * Heroku signals every process of a dyno and the supervisor signals its instances: the second word, whichever it is, says nothing new, and an
 * app's handler that takes it for impatience must not see it. Node binds `process.emit` when a signal's first listener comes.
 * Resolves with the supervisor's own word, which is SIGINT.
 */
function takeSignalsOnce(): Promise<void> {
  let isTold = false
  const emit = process.emit as (name: string | symbol, ...args: unknown[]) => boolean
  return new Promise((resolve) => {
    process.emit = function (this: NodeJS.Process, name: string | symbol, ...args: unknown[]) {
      if (name !== 'SIGTERM' && name !== 'SIGINT') return emit.call(this, name, ...args)
      if (name === 'SIGINT') resolve()
      if (isTold) return true
      isTold = true
      return emit.call(this, name, ...args)
    } as typeof process.emit
  })
}

/**
 * After Heroku's SIGTERM the router turns away within moments; what it still sends is answered. In cluster mode the supervisor holds the port and
 * says when it has closed it; else the port is this process's own.
 */
async function untilClosed(connections: Connections, supervisorsWord: Promise<void>): Promise<void> {
  const limit = Date.now() + LONGEST_WELCOME
  if (cluster.isWorker) return void (await Promise.race([supervisorsWord, pause(LONGEST_WELCOME)]))
  const begun = Date.now()
  while (Date.now() < limit && Date.now() - Math.max(begun, connections.lastConnection) < QUIET) await pause(10)
}

function sayGoodbye(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close')
}

/**
 * Whether the app has its own handler, of either signal: PM2 tells apps to stop by SIGINT, Heroku by SIGTERM, and most apps listen to one.
 * Such an app stops itself; a handler of the other signal is called in its place.
 */
function leaveToApp(signal: Signal, ours: (signal: Signal) => void): boolean {
  const other: Signal = signal === 'SIGTERM' ? 'SIGINT' : 'SIGTERM'
  const own = (name: Signal) => process.listeners(name).filter((listener) => listener !== ours).length - watchersOf()
  if (own(signal) > 0) return true
  if (own(other) <= 0) return false
  for (const listener of process.listeners(other)) if (listener !== ours) (listener as (signal: Signal, number: number) => void).call(process, other, os.constants.signals[other])
  return true
}

/** signal-exit (under many libraries) listens only to see the process off, and ends nothing while others listen too. */
function watchersOf(): number {
  const registry = globalThis as unknown as Record<symbol, { count?: number } | undefined>
  const v3 = (process as unknown as { __signal_exit_emitter__?: { count?: number } }).__signal_exit_emitter__
  return (registry[Symbol.for('signal-exit emitter')]?.count ?? 0) + (v3?.count ?? 0)
}

/** Resolves when nothing is in flight or the time is over. */
async function drain(connections: Connections, within: number, portIsClosed: Promise<void> | undefined): Promise<void> {
  if (!connections.hasServers) return
  const deadline = Date.now() + within
  await Promise.race([portIsClosed, pause(within)])
  // After a round of polling, which accepts all that has already connected.
  await new Promise((resolve) => setImmediate(resolve))
  const closed = connections.stopListening(HANDOVER)
  connections.closeUpgraded()
  await pause(Math.min(IDLE_GRACE, Math.max(0, deadline - Date.now())))
  while (Date.now() < deadline && connections.areOpen) {
    connections.endIdle()
    await pause(20)
  }
  await Promise.race([closed, pause(Math.max(0, deadline - Date.now()))])
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

/** An instance must not outlive a supervisor that was killed. Listening for `disconnect` would keep an app alive that has nothing left to do. */
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
