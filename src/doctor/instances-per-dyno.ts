import { dynoSize, type DynoSize } from '../lib/dyno-sizes.js'
import type { EcosystemApp } from '../ecosystem/types.js'
import { sizeApps, type AppToSize, type SizedApp } from '../runtime/sizing.js'
import { webDyno } from './dyno-of-web.js'
import type { Facts } from './facts.js'

const SMALLEST = dynoSize('Eco')!

export const isCluster = ({ exec_mode: mode, instances }: EcosystemApp) =>
  mode === 'cluster' || (mode === undefined && instances !== undefined)

/** The dyno that is reckoned with; the smallest if nobody has said which. */
export const dynoOf = (facts: Facts): DynoSize => webDyno(facts) ?? SMALLEST

/** The apps of the ecosystem file, as the runtime's sizing takes them. */
export const appsToSize = ({ project }: Facts): AppToSize[] =>
  (project.ecosystem?.apps ?? []).map((app) => ({
    name: app.name,
    wanted: app.instances,
    isCluster: isCluster(app),
    ceiling:
      typeof app['max_memory_restart'] === 'number'
        ? app['max_memory_restart'] / 2 ** 20
        : undefined,
  }))

/**
 * How many instances of each app a dyno will have, by the runtime's own sizing: as far as that can
 * be told before one was measured.
 */
export function instancesPerDyno(facts: Facts): SizedApp[] {
  const config = facts.platform?.configVars ?? {}
  return sizeApps({
    memory: dynoOf(facts).memory,
    cpus: Number.MAX_SAFE_INTEGER,
    hasAgent: Boolean(config['PM2_PUBLIC_KEY'] && config['PM2_SECRET_KEY']),
    env: config,
    apps: appsToSize(facts),
  })
}
