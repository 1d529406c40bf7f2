import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { packageRoot } from '../../../src/paths.js'
import type { World } from './world.js'

/**
 * Starts the embedded Heroku of a world with a clock that stands still until `advance` lets so many
 * ms pass. `shipit local stop` stops it as any other.
 */
export async function startSteeredDaemon(world: World): Promise<{ advance(ms: number): void }> {
  const script = path.join(import.meta.dirname, 'run-steered-daemon.ts')
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', script], {
    cwd: packageRoot,
    env: world.env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit').then(([status]) => {
    throw new Error(`The embedded Heroku ended with ${status}`)
  })
  await Promise.race([once(child, 'message'), ended])
  ended.catch(() => undefined)
  return { advance: (ms) => void child.send(ms) }
}
