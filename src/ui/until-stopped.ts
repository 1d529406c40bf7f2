/**
 * Ctrl-C or SIGTERM as the end of something that goes on by itself. A second one ends the process
 * as ever.
 */
export function untilStopped(): { signal: AbortSignal; release(): void } {
  const stop = new AbortController()
  const onSignal = (name: NodeJS.Signals) => {
    process.exitCode = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[
      name as 'SIGINT' | 'SIGTERM' | 'SIGHUP'
    ]
    stop.abort()
    release()
  }
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of names) process.on(name, onSignal)
  const release = () => {
    for (const name of names) process.off(name, onSignal)
  }
  return { signal: stop.signal, release }
}
