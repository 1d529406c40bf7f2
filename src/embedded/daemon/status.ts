import type { StateProblem } from '../store/state-file.js'
import type { Dynos, Limits, Store } from '../store/types.js'
import { ownVersion } from '../../own-version.js'
import type { Rooms } from './rooms.js'
import type { Settings } from './settings.js'

interface StatusParts {
  store: Store
  dynos: ReturnType<Rooms['createDynos']>
  limits: Limits
  settings: Settings
  /** What was wrong with stored state; may grow. */
  problems: readonly StateProblem[]
  log: (message: string) => void
}

/** Facts about the daemon itself, for `shipit local status`: what it says at each call. */
export async function daemonStatus({ store, dynos, limits, settings, problems, log }: StatusParts) {
  const { why: notIsolated } = await dynos.isolation
  if (notIsolated !== undefined) log(`Apps are not isolated from the state folder: ${notIsolated}`)
  const exposed = await dynos.exposure
  if (exposed !== undefined) log(`The network reaches dynos' ports: ${exposed}`)
  const startedAt = new Date().toISOString()
  const version = ownVersion()
  return () => ({
    pid: process.pid,
    version,
    started_at: startedAt,
    limits,
    generation: settings.generation ?? 'cedar',
    isolated: notIsolated === undefined,
    exposed: exposed !== undefined,
    apps: store.list().map(({ id, name }) => ({ name, ...dynoCounts(dynos, id) })),
    problems,
  })
}

function dynoCounts(dynos: Dynos, appId: string): { dynos: Record<string, number> } {
  const counts: Record<string, number> = {}
  for (const { state } of dynos.list(appId)) counts[state] = (counts[state] ?? 0) + 1
  return { dynos: counts }
}
