import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { packageRoot } from '../../../src/paths.js'
import { startLoad, type Answers } from './load.js'
import {
  ALTERNATIVES,
  get,
  pause,
  until,
  type Alternative,
  type Bed,
  type Server,
} from './servers.js'

const CLIENTS = { kept: 20, fresh: 4 }
const WARM = 700

export interface Losses {
  events: number
  kept: number
  fresh: number
  lost: number
}

export const none: Losses = { events: 0, kept: 0, fresh: 0, lost: 0 }

export const added = (one: Losses, other: Losses): Losses => ({
  events: one.events + other.events,
  kept: one.kept + other.kept,
  fresh: one.fresh + other.fresh,
  lost: one.lost + other.lost,
})

const after = (losses: Losses, { kept, fresh, lost }: Answers): Losses =>
  added(losses, { events: 1, kept, fresh, lost })

/** SIGTERM to the whole dyno under load. */
export async function atStop(bed: Bed, name: Alternative, before: Losses): Promise<Losses> {
  const server = await started(bed, ALTERNATIVES[name])
  const end = startLoad(server.port, { ...CLIENTS, mode: 'stop' })
  await pause(WARM)
  await server.stop()
  return after(before, await end())
}

/**
 * Both instances are replaced: by `pm2 reload` through the sockets of pm2-runtime, by SIGUSR2 to
 * shipit-runtime.
 */
export async function atReload(
  bed: Bed,
  name: 'pm2-runtime' | 'shipit-runtime',
  before: Losses,
): Promise<Losses> {
  return underLoad(bed, ALTERNATIVES[name], before, async (server) => {
    const old = server.instances
    if (name === 'shipit-runtime') process.kill(server.pid, 'SIGUSR2')
    else
      await promisify(execFile)(
        process.execPath,
        [path.join(packageRoot, 'node_modules/pm2/bin/pm2'), 'reload', 'api'],
        { env: server.env, timeout: 60_000 },
      )
    await until(
      () =>
        Promise.resolve(
          server.instances.length === 2 && !server.instances.some((pid) => old.includes(pid)),
        ),
      60_000,
      20,
    )
  })
}

/** One instance passes max_memory_restart and is replaced: what the runtime reloads for. */
export async function atMemoryRestart(
  bed: Bed,
  name: 'pm2-runtime' | 'shipit-runtime',
  before: Losses,
): Promise<Losses> {
  const args = [...ALTERNATIVES[name].slice(0, -1), 'memory.config.yml']
  return underLoad(bed, args, before, async (server) => {
    const old = server.instances
    await get(server.port, '/grow')
    await until(
      () =>
        Promise.resolve(
          server.instances.length === 2 && server.instances.some((pid) => !old.includes(pid)),
        ),
      60_000,
      20,
    )
  })
}

/** One instance is killed. What it had under way is lost in any case. */
export async function atCrash(bed: Bed, name: Alternative, before: Losses): Promise<Losses> {
  return underLoad(bed, ALTERNATIVES[name], before, async (server) => {
    process.kill(server.instances[0]!, 'SIGKILL')
    await pause(1000)
  })
}

async function underLoad(
  bed: Bed,
  args: readonly string[],
  before: Losses,
  event: (server: Server) => Promise<void>,
): Promise<Losses> {
  const server = await started(bed, args)
  try {
    const end = startLoad(server.port, { ...CLIENTS, mode: 'stay' })
    await pause(WARM)
    await event(server)
    await pause(500)
    return after(before, await end())
  } finally {
    await server.kill()
  }
}

async function started(bed: Bed, args: readonly string[]): Promise<Server> {
  const server = await bed.start(args, { isPinned: true, env: { PM2_WORKER_INTERVAL: '300' } })
  await server.hasInstances(2)
  await pause(500)
  return server
}
