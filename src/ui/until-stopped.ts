import { signalStatus, STOP_SIGNALS } from '../lib/signals.js'

/**
 * Ctrl-C or SIGTERM as the end of something that goes on by itself. A second one ends the process
 * as ever.
 */
export function untilStopped(): { signal: AbortSignal; release(): void } {
  const stop = new AbortController()
  const onSignal = (name: NodeJS.Signals) => {
    process.exitCode = signalStatus(name)
    stop.abort()
    release()
  }
  for (const name of STOP_SIGNALS) process.on(name, onSignal)
  const release = () => {
    for (const name of STOP_SIGNALS) process.off(name, onSignal)
  }
  return { signal: stop.signal, release }
}
