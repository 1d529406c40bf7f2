import { Interruption, type StopSignal } from './interrupt.js'

const SIGNALS: StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Lets a deploy end in order at Ctrl-C, SIGTERM and a closed terminal. The second signal calls `onSecond` and ends the process at
 * once with the first one's status. Until `release` is called a reader of the output that has gone away (a pipe, a terminal) ends nothing either.
 */
export function stopOnSignals(onSecond: () => void): { signal: AbortSignal; release: () => void } {
  const stop = new AbortController()
  const take = (by: NodeJS.Signals) => {
    if (!stop.signal.aborted) return stop.abort(new Interruption(by as StopSignal))
    // A terminal that closes sends SIGHUP after the SIGINT that its user typed; that is no second wish.
    if (by === 'SIGHUP') return
    onSecond()
    process.exit(by === 'SIGTERM' ? 143 : 130)
  }
  const lostReader = (error: NodeJS.ErrnoException) => { if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error }
  for (const name of SIGNALS) process.on(name, take)
  for (const stream of [process.stdout, process.stderr]) stream.on('error', lostReader)
  return {
    signal: stop.signal,
    release: () => {
      for (const name of SIGNALS) process.off(name, take)
      for (const stream of [process.stdout, process.stderr]) stream.off('error', lostReader)
    },
  }
}
