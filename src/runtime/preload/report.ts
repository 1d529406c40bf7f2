import diagnostics from 'node:diagnostics_channel'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'

/** Messages from an instance to the supervisor. Never seen by the app. */
export interface ReportMessage {
  shipit: 'begun' | 'listening' | 'metrics'
  /** Date.now() of the app's first instruction. */
  at?: number
  /** ms the loop was late, 95th percentile since the last report. */
  eventLoopP95?: number
  /** Requests answered since the last report, and those under way. */
  requests?: number
  active?: number
  /** Bytes in use on V8's heap, and outside it. */
  heap?: number
  external?: number
  port?: number | string
}

interface Report {
  send(message: ReportMessage): void
}

const RESOLUTION = 20

/** Counts answers through Node's diagnostics channels, and reports every `everyMs` (0: never). `countActive`: the requests under way. */
export function installReport(everyMs: number, countActive: () => number): Report {
  let finished = 0
  if (everyMs > 0) diagnostics.subscribe('http.server.response.finish', () => (finished += 1))
  const sendNow = process.send?.bind(process)
  const send = (message: ReportMessage) => {
    // A message lost with the channel is no loss: the supervisor is going.
    if (process.connected) sendNow?.(message, undefined, undefined, () => undefined)
  }
  if (everyMs > 0 && sendNow) {
    const delay = monitorEventLoopDelay({ resolution: RESOLUTION })
    delay.enable()
    setInterval(() => {
      const eventLoopP95 = Math.max(0, delay.percentile(95) / 1e6 - RESOLUTION)
      const { used_heap_size: heap, external_memory: external } = getHeapStatistics()
      send({ shipit: 'metrics', eventLoopP95, requests: finished, active: countActive(), heap, external })
      finished = 0
      delay.reset()
    }, everyMs).unref()
  }
  return { send }
}
