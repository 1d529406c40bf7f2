/**
 * What pm2-dev does beside the apps: a command after each restart, and an end when none runs any
 * more.
 */
import { spawn } from 'node:child_process'
import { readLine } from '../monitor/read-line.js'
import { writeErr } from '../lib/terminal.js'
import type { DevClient } from './client.js'
import { asLogLine } from './report.js'

interface Settings {
  postExec: string | undefined
  /** Whether the command's output is kept away from the screen. */
  isSilent: boolean
  autoExit: boolean
  /** Ends the session: nothing runs any more. */
  end(): void
}

/**
 * Lists of instances in a row, one a second, in which none runs: as long as pm2-dev waits before it
 * ends.
 */
const IDLE_LISTS = 6
const RUNNING = ['online', 'launching', 'waiting restart', 'stopping']

/** Follows the session until it ends, or `signal` is aborted. */
export async function attendSession(
  client: DevClient,
  { postExec, isSilent, autoExit, end }: Settings,
  signal: AbortSignal,
): Promise<void> {
  const begun = new Set<string>()
  let idle = 0
  for await (const answer of client.follow(signal)) {
    if ('line' in answer && postExec !== undefined) {
      const reading = readLine(asLogLine(answer.line))
      if (reading.kind !== 'change' || reading.event !== 'online') continue
      const id = `${reading.app}:${reading.instance}`
      // The first start is no restart.
      if (begun.has(id)) runCommand(postExec, isSilent)
      begun.add(id)
    } else if ('instances' in answer) {
      for (const { app, instance, status } of answer.instances)
        if (status === 'online') begun.add(`${app}:${instance}`)
      idle = answer.instances.some(({ status }) => RUNNING.includes(status)) ? 0 : idle + 1
      if (autoExit && idle >= IDLE_LISTS) return end()
    }
  }
}

function runCommand(command: string, isSilent: boolean): void {
  const child = spawn(command, {
    shell: true,
    stdio: isSilent ? 'ignore' : ['ignore', 'inherit', 'inherit'],
  })
  child.once('error', (error) => writeErr(`--post-exec: ${error.message}\n`))
}
