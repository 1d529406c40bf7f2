import diagnostics from 'node:diagnostics_channel'
import { getHeapStatistics } from 'node:v8'
import { Lateness } from './lateness.js'

/** Messages from a process of an instance to the supervisor. Never seen by the app. */
export interface ReportMessage {
  /** `tree`: the instance starts its first process. */
  shipit: 'begun' | 'listening' | 'metrics' | 'tree' | 'exception'
  /** When the app's first instruction ran: as Date.now(), and as monotonic(). */
  at?: number
  ran?: number
  /** ms the loop was late, 95th percentile since the last report. */
  eventLoopP95Ms?: number
  /** Requests answered since the last report, and those under way. */
  requests?: number
  activeRequests?: number
  /** In use on V8's heap, and outside it. */
  heapMb?: number
  externalMb?: number
  port?: number | string | undefined
  /** Whether it is a worker of the app's own cluster. */
  isWorker?: boolean
  /** That nobody caught. */
  exception?: { name: string; message: string; stack: string }
}

interface Report {
  send(message: ReportMessage): void
}

/** What other threads of the process have told since they were asked last. */
interface Others {
  take(): { requests: number; eventLoopP95Ms: number }
}

/**
 * Counts answers through Node's diagnostics channels, and reports every `everyMs` (0: never), by
 * the IPC channel if nothing else is given.
 * `countActive`: the requests under way.
 */
export function installReport(
  everyMs: number,
  countActive: () => number,
  others?: Others,
  sendNow = byIpc(),
): Report {
  let finished = 0
  if (everyMs > 0) diagnostics.subscribe('http.server.response.finish', () => (finished += 1))
  if (everyMs > 0 && sendNow) {
    const lateness = new Lateness()
    setInterval(() => {
      const own = lateness.takeP95()
      const { used_heap_size, external_memory } = getHeapStatistics()
      const { requests, eventLoopP95Ms } = others?.take() ?? { requests: 0, eventLoopP95Ms: 0 }
      sendNow({
        shipit: 'metrics',
        eventLoopP95Ms: Math.max(own, eventLoopP95Ms),
        requests: finished + requests,
        activeRequests: countActive(),
        heapMb: used_heap_size / 2 ** 20,
        externalMb: external_memory / 2 ** 20,
      })
      finished = 0
    }, everyMs).unref()
  }
  return { send: (message) => sendNow?.(message) }
}

function byIpc(): ((message: ReportMessage) => void) | undefined {
  const send = process.send?.bind(process)
  // A message lost with the channel is no loss: the supervisor is going.
  return (
    send &&
    ((message) => void (process.connected && send(message, undefined, undefined, () => undefined)))
  )
}
