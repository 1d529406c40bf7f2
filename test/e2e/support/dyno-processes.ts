import { procFile, processIds } from '../../support/process-table.js'
import type { World } from './world.js'

/** A process of PM2's in a dyno, as the kernel has it. */
export interface InstanceProcess {
  pid: number
  dyno: string
  /** App of the ecosystem file, and NODE_APP_INSTANCE. */
  id: string
  /** MB of RAM. */
  rss: number
  env: Record<string, string>
}

/** The instances of all dynos of a world, read from /proc: by dyno, app and number. */
export function instanceProcesses(world: World): Promise<InstanceProcess[]> {
  const found: InstanceProcess[] = []
  for (const pid of processIds()) {
    const environ = procFile(pid, 'environ')
    if (!environ.includes(world.folder)) continue
    const env = Object.fromEntries(
      environ
        .split('\0')
        .filter(Boolean)
        .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    ) as Record<string, string>
    const resident = /^VmRSS:\s+(\d+) kB/m.exec(procFile(pid, 'status'))
    // What has ended and is not yet reaped has no memory.
    if (!resident || env.DYNO === undefined || env.pm_id === undefined) continue
    found.push({
      pid: Number(pid),
      dyno: env.DYNO,
      id: `${env.name}:${env.NODE_APP_INSTANCE}`,
      rss: Number(resident[1]) / 1024,
      env,
    })
  }
  return Promise.resolve(
    found.sort((a, b) => `${a.dyno} ${a.id}`.localeCompare(`${b.dyno} ${b.id}`)),
  )
}
