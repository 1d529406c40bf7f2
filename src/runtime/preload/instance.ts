import { monotonic } from '../../lib/monotonic.js'
import { Children } from './children.js'
import { Connections } from './connections.js'
import { installDrain, takeSignalsOnce } from './drain.js'
import { readMark } from './mark.js'
import { OwnCluster } from './own-cluster.js'
import { installReport } from './report.js'
import { Threads } from './threads.js'
import { reportUncaught } from './uncaught.js'

/** Drains on a signal, and reports to the supervisor: the instance itself. */
export function installInstance(lib: string): void {
  const mark = readMark()
  const { sourceMaps, isStoppedByMessage } = takeSettings()
  if (!mark) return
  if (sourceMaps) process.setSourceMapsEnabled(true)
  keepOutputWhole()
  const connections = new Connections()
  const threads = new Threads()
  const report = installReport(
    mark.reportEvery,
    () => connections.responses.length + threads.active,
    threads,
  )
  connections.onListening = (port) => report.send({ shipit: 'listening', port })
  threads.onListening = connections.onListening
  const children = new Children(lib, mark.text, () => report.send({ shipit: 'tree' }))
  const signals = takeSignalsOnce()
  signals.begin()
  installDrain({
    within: mark.drain,
    connections,
    threads,
    children,
    cluster: new OwnCluster(children),
    isStoppedByMessage,
    signals,
    isInstance: true,
  })
  reportUncaught(report.send)
  report.send({ shipit: 'begun', at: Date.now(), ran: monotonic() })
}

/** What the supervisor says to this process alone; the app does not see it. */
function takeSettings(): { sourceMaps: boolean; isStoppedByMessage: boolean } {
  const { SHIPIT_SOURCE_MAPS, SHIPIT_STOP_BY } = process.env
  for (const name of ['SHIPIT_INSTANCE', 'SHIPIT_SOURCE_MAPS', 'SHIPIT_STOP_BY'])
    delete process.env[name]
  return {
    sourceMaps: SHIPIT_SOURCE_MAPS !== 'off',
    isStoppedByMessage: SHIPIT_STOP_BY === 'message',
  }
}

/**
 * Writes to a pipe are otherwise lost when the app exits at once after a burst. Node makes both
 * streams when they are first asked for, and so is it here.
 */
function keepOutputWhole(): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const own = Object.getOwnPropertyDescriptor(process, name)!
    Object.defineProperty(process, name, {
      ...own,
      get() {
        Object.defineProperty(process, name, own)
        const stream = process[name]
        const handle = (
          stream as unknown as { _handle?: { setBlocking?: (isBlocking: boolean) => void } }
        )._handle
        handle?.setBlocking?.(true)
        return stream
      },
    })
  }
}
