import { spawn } from 'node:child_process'
import { once } from 'node:events'
import os from 'node:os'
import path from 'node:path'

export interface Answers {
  kept: number
  fresh: number
  lost: number
  why: Record<string, number>
  seconds: number
}

/** With two CPUs or more the load has the last for itself and the servers have the others. */
const canPin = process.platform === 'linux' && os.availableParallelism() > 1
const lastCpu = os.availableParallelism() - 1

export const onServersCpus = (command: string[]): string[] =>
  canPin ? ['taskset', '-c', lastCpu > 1 ? `0-${lastCpu - 1}` : '0', ...command] : command
const onLoadsCpu = (command: string[]): string[] =>
  canPin ? ['taskset', '-c', String(lastCpu), ...command] : command

/** Starts a load of its own process; what it returns ends it and gives its count. */
export function startLoad(
  port: number,
  clients: { kept: number; fresh: number; mode: 'stop' | 'stay' },
): () => Promise<Answers> {
  const generator = path.join(import.meta.dirname, 'generator.mjs')
  const [command, ...args] = onLoadsCpu([
    process.execPath,
    generator,
    String(port),
    String(clients.kept),
    String(clients.fresh),
    clients.mode,
  ])
  const child = spawn(command!, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  // A load whose clients were all refused has ended by itself.
  child.stdin.on('error', () => undefined)
  const ended = once(child, 'close')
  return async () => {
    child.stdin.end()
    await ended
    return JSON.parse(text) as Answers
  }
}
