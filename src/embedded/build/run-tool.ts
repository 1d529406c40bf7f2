import { spawn } from 'node:child_process'
import { StringDecoder } from 'node:string_decoder'
import { exitStatus } from '../../lib/signals.js'
import { signalGroup } from '../dynos/processes.js'

interface ToolRun {
  command: string
  args: string[]
  cwd: string
  env: Record<string, string>
  /** Kills the tool and all that it started; the run then rejects with the signal's reason. */
  signal: AbortSignal
  /**
   * Called with the process group's id, so that a later life of the daemon can end what this one
   * left behind.
   */
  onStart?: (group: number) => void
  /** Whole lines, without their line break. */
  onLine: (line: string) => void
}

/**
 * How long output may still come after the tool has ended and its group is killed: a process that
 * left the group may hold the pipe.
 */
const PIPE_GRACE = 2000

/**
 * Runs one tool in a process group of its own and resolves with its exit status (128+n after a
 * signal) when nothing of the group is left.
 * Rejects if it cannot be started, or with the reason of `signal`.
 */
export async function runTool({
  command,
  args,
  cwd,
  env,
  signal,
  onStart,
  onLine,
}: ToolRun): Promise<number> {
  signal.throwIfAborted()
  const child = spawn(command, args, {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const killGroup = (): void => {
    if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL')
  }
  signal.addEventListener('abort', killGroup, { once: true })
  try {
    if (child.pid !== undefined) onStart?.(child.pid)
  } catch (error) {
    killGroup()
    throw error
  }
  const flushes = [child.stdout, child.stderr].map((stream) => splitLines(stream, onLine))
  try {
    const status = await new Promise<number>((resolve, reject) => {
      let grace: NodeJS.Timeout | undefined
      child.on('error', reject)
      child.on('exit', (code, name) => {
        killGroup()
        const ended = exitStatus(code, name)
        grace = setTimeout(() => {
          child.stdout.destroy()
          child.stderr.destroy()
        }, PIPE_GRACE)
        child.on('close', () => {
          clearTimeout(grace)
          resolve(ended)
        })
      })
    })
    signal.throwIfAborted()
    return status
  } finally {
    for (const flush of flushes) flush()
    signal.removeEventListener('abort', killGroup)
  }
}

function splitLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): () => void {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line.replace(/\r$/, ''))
    if (rest.length > 64 * 1024) {
      onLine(rest)
      rest = ''
    }
  })
  return () => {
    rest += decoder.end()
    if (rest !== '') onLine(rest)
    rest = ''
  }
}
