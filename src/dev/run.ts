import { ShipitError } from '../errors.js'
import { writeErr } from '../lib/terminal.js'
import { DevClient } from './client.js'
import type { DevCommandLine } from './command-line.js'
import { runForeground } from './foreground.js'
import { attendSession } from './pm2-dev.js'
import { announceSession } from './sessions.js'

interface RunSettings {
  /** The runtime's program. */
  runtime: string
  file: string
  line: DevCommandLine
  /** What was typed. */
  argv: readonly string[]
  env: NodeJS.ProcessEnv
}

/**
 * Runs the apps in the foreground, within reach of other terminals. Resolves with the exit status.
 */
export async function runDev({ runtime, file, line, argv, env }: RunSettings): Promise<number> {
  const { socket, release } = announceSession(process.cwd())
  const left = new AbortController()
  let isIdle = false
  try {
    const told = { SHIPIT_DEV: JSON.stringify({ socket, line: argv.length === 0 ? [file] : argv }) }
    const running = runForeground(
      runtime,
      ['start', file, ...line.words],
      { ...env, ...told },
      left.signal,
    )
    if (line.postExec !== undefined || line.autoExit) {
      const client = new DevClient({ folder: process.cwd(), pid: process.pid, socket, record: '' })
      const end = () => {
        isIdle = true
        writeErr('No app runs any more (--auto-exit).\n')
        left.abort()
      }
      void attendSession(client, { ...line, end }, left.signal).catch((error: unknown) => {
        // The session has ended, whose status says the rest.
        if (!(error instanceof ShipitError)) throw error
      })
    }
    const status = await running
    return isIdle ? 1 : status
  } finally {
    left.abort()
    release()
  }
}
