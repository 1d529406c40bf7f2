import { signalStatus, STOP_SIGNALS, type StopSignal } from '../../lib/signals.js'
import { Interruption } from './interrupt.js'

/**
 * Lets a deploy end in order at Ctrl-C, SIGTERM and a closed terminal. The second signal calls
 * `onSecond` and ends the process at once with the first one's status. Until `release` is called a
 * reader of the output that has gone away (a pipe, a terminal) ends nothing either.
 */
export function stopOnSignals(onSecond: () => void): { signal: AbortSignal; release: () => void } {
  const stop = new AbortController()
  const take = (by: NodeJS.Signals) => {
    if (!stop.signal.aborted) return stop.abort(new Interruption(by as StopSignal))
    // A terminal that closes sends SIGHUP after the SIGINT that its user typed; that is no second
    // wish.
    if (by === 'SIGHUP') return
    onSecond()
    process.exit(signalStatus(by))
  }
  for (const name of STOP_SIGNALS) process.on(name, take)
  const takeBack = [process.stdout, process.stderr].map((stream) => outliveReader(stream))
  return {
    signal: stop.signal,
    release: () => {
      for (const name of STOP_SIGNALS) process.off(name, take)
      // Of a terminal that is gone nothing comes back, and there may still be something to say.
      const isGone =
        stop.signal.reason instanceof Interruption && stop.signal.reason.by === 'SIGHUP'
      if (!isGone) for (const give of takeBack) give()
    },
  }
}

/**
 * Writes on although nobody reads: oclif's own listener would throw at a terminal that has closed
 * (EIO). Answers with what puts that listener back.
 */
function outliveReader(stream: NodeJS.WriteStream): () => void {
  const before = stream.listeners('error') as ((error: Error) => void)[]
  const lostReader = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
  }
  stream.removeAllListeners('error').on('error', lostReader)
  return () => {
    stream.off('error', lostReader)
    for (const listener of before) stream.on('error', listener)
  }
}
