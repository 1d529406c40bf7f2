import { signalStatus, STOP_SIGNALS } from '../../lib/signals.js'

/** The end of an attached run from this side. */
export interface Leaving {
  signal: AbortSignal
  /**
   * The exit status that goes with it; undefined if the reader of the output has gone (`|
   * head`), which is no fault.
   */
  readonly status: number | undefined
  /** As Ctrl-C does. */
  now(): void
  release(): void
}

/**
 * Ends a run at Ctrl-C, SIGTERM and a closed terminal, and when nobody reads its output any more. A
 * second Ctrl-C or SIGTERM ends the process at once.
 */
export function leaving(output: NodeJS.WriteStream): Leaving {
  const left = new AbortController()
  let status: number | undefined
  const end = (by?: number) => {
    if (left.signal.aborted) return
    status = by
    left.abort()
  }
  const onSignal = (name: NodeJS.Signals) => {
    if (left.signal.aborted && name !== 'SIGHUP') process.exit(status ?? signalStatus('SIGINT'))
    end(signalStatus(name))
  }
  const onError = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
    end(error.code === 'EIO' ? signalStatus('SIGHUP') : undefined)
  }
  for (const name of STOP_SIGNALS) process.on(name, onSignal)
  output.on('error', onError)
  return {
    signal: left.signal,
    get status() {
      return status
    },
    now: () => end(signalStatus('SIGINT')),
    release() {
      for (const name of STOP_SIGNALS) process.off(name, onSignal)
      output.off('error', onError)
    },
  }
}
