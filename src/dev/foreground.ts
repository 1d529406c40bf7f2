import { spawn } from 'node:child_process'
import { exitStatus, STOP_SIGNALS } from '../lib/signals.js'

/**
 * Runs a Node program in the foreground with this terminal. A signal is passed on, and this process
 * ends after the program has; `end` stops it as SIGTERM does.
 * Resolves with its exit status, 128 and the signal's number if a signal ended it.
 */
export function runForeground(
  program: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  end?: AbortSignal,
): Promise<number> {
  const child = spawn(process.execPath, [program, ...args], { stdio: 'inherit', env })
  // The runtime takes the terminal's own SIGINT and this one as one.
  const passOn = (signal: NodeJS.Signals) =>
    void child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal)
  for (const signal of STOP_SIGNALS) process.on(signal, passOn)
  const stop = () => void child.kill('SIGTERM')
  end?.addEventListener('abort', stop)
  return new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(exitStatus(code, signal)))
  }).finally(() => {
    for (const signal of STOP_SIGNALS) process.off(signal, passOn)
    end?.removeEventListener('abort', stop)
  })
}
