import cluster from 'node:cluster'
import diagnostics from 'node:diagnostics_channel'
import type { ServerResponse } from 'node:http'
import { Connections } from './connections.js'
import type { Report } from './report.js'

/** Idle keep-alive connections are ended this long after the signal; a request that was on its way meanwhile is still answered. */
const IDLE_GRACE = 1000
/** Connections that the cluster's primary was handing over when the server closed arrive within this time. */
const HANDOVER = 50

type Signal = 'SIGTERM' | 'SIGINT'

/**
 * Finishes what is in flight when the instance is told to stop, for apps that know nothing of signals.
 * SIGTERM and SIGINT, once each or both, begin one drain. `within` is the time for it, in ms.
 */
export function installDrain(within: number, report: Report): void {
  let isDraining = false
  const connections = new Connections((port) => report.send({ shipit: 'listening', port }))
  diagnostics.subscribe('http.server.request.start', (message) => {
    if (isDraining) sayGoodbye((message as { response: ServerResponse }).response)
  })

  const onSignal = (signal: Signal) => {
    if (isDraining) return
    isDraining = true
    for (const response of report.responses) sayGoodbye(response)
    if (leaveToApp(signal, onSignal)) return
    void drain(connections, report, within).then(() => leave())
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  leaveWithSupervisor(onSignal)
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
  process.emit(other, other)
  return true
}

/** signal-exit (under many libraries) listens only to see the process off, and ends nothing while others listen too. */
function watchersOf(): number {
  const registry = globalThis as unknown as Record<symbol, { count?: number } | undefined>
  const v3 = (process as unknown as { __signal_exit_emitter__?: { count?: number } }).__signal_exit_emitter__
  return (registry[Symbol.for('signal-exit emitter')]?.count ?? 0) + (v3?.count ?? 0)
}

/** Resolves when nothing is in flight or the time is over. */
async function drain(connections: Connections, report: Report, within: number): Promise<void> {
  if (!connections.hasServers) return
  const deadline = Date.now() + within
  const closed = connections.stopListening(HANDOVER)
  connections.closeUpgraded()
  await pause(Math.min(IDLE_GRACE, within))
  while (Date.now() < deadline && connections.areOpen) {
    connections.endIdle(new Set([...report.responses].map((response) => response.req?.socket)))
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

/** An instance in fork mode must not outlive a supervisor that was killed; a cluster worker does not by itself. */
function leaveWithSupervisor(onSignal: (signal: Signal) => void): void {
  const supervisor = process.ppid
  process.once('disconnect', () => {
    if (!cluster.isWorker && process.ppid !== supervisor) onSignal('SIGTERM')
  })
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
