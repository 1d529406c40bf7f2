import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { packageRoot } from '../../../src/paths.js'
import { startLoad, type Answers } from './load.js'
import { ALTERNATIVES, get, pause, until, type Alternative, type Bed, type Server } from './servers.js'

const CLIENTS = { kept: 20, fresh: 4 }
const WARM = 700

export interface Losses {
  events: number
  kept: number
  fresh: number
  lost: number
}

export const none: Losses = { events: 0, kept: 0, fresh: 0, lost: 0 }

const add = (losses: Losses, answers: Answers, events: number): Losses => ({
  events: losses.events + events,
  kept: losses.kept + answers.kept,
  fresh: losses.fresh + answers.fresh,
  lost: losses.lost + answers.lost,
})

/** SIGTERM to the whole dyno under load. */
export async function atStop(bed: Bed, name: Alternative, before: Losses): Promise<Losses> {
  const server = await started(bed, ALTERNATIVES[name])
  const end = startLoad(server.port, { ...CLIENTS, mode: 'stop' })
  await pause(WARM)
  await server.stop()
  return add(before, await end(), 1)
}

/** `pm2 reload`, through the sockets of pm2-runtime. */
export async function atReload(bed: Bed, before: Losses): Promise<Losses> {
  return underLoad(bed, [...ALTERNATIVES['pm2-runtime']], before, async (server) => {
    await promisify(execFile)(process.execPath, [path.join(packageRoot, 'node_modules/pm2/bin/pm2'), 'reload', 'api'], { env: server.env, timeout: 60_000 })
  })
}

/** One instance passes max_memory_restart and is replaced: what the runtime reloads for. */
export async function atMemoryRestart(bed: Bed, name: 'pm2-runtime' | 'shipit-runtime', before: Losses): Promise<Losses> {
  const args = [...ALTERNATIVES[name].slice(0, -1), 'memory.config.yml']
  return underLoad(bed, args, before, async (server) => {
    const old = server.instances
    await get(server.port, '/grow')
    await until(() => Promise.resolve(server.instances.length === 2 && server.instances.some((pid) => !old.includes(pid))), 60_000, 20)
  })
}

/** One instance is killed. What it had under way is lost in any case. */
export async function atCrash(bed: Bed, name: Alternative, before: Losses): Promise<Losses> {
  return underLoad(bed, ALTERNATIVES[name], before, async (server) => {
    process.kill(server.instances[0]!, 'SIGKILL')
    await pause(1000)
  })
}

async function underLoad(bed: Bed, args: readonly string[], before: Losses, event: (server: Server) => Promise<void>): Promise<Losses> {
  const server = await started(bed, args)
  try {
    const end = startLoad(server.port, { ...CLIENTS, mode: 'stay' })
    await pause(WARM)
    await event(server)
    await pause(500)
    return add(before, await end(), 1)
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
