import { ShipitError } from '../errors.js'
import type { PlatformApi } from '../heroku/index.js'
import { reportDynos, watchFormation, type DynoReport } from '../monitor/index.js'
import { hasInstances } from './instance-memory.js'
import type { InstancesPlan } from './instances.js'
import { duration } from '../lib/duration.js'

/** ms between two evaluations of what the log has told: they cost no call of the API. */
const EVERY = 500

/**
 * Waits until the runtime has told, in each dyno of these types, that as many instances run as were
 * asked for.
 * Throws ShipitError `timeout`: the change was made and stays.
 * @returns for each app the numbers of instances that its dynos have, each number once
 */
export async function waitForInstances(
  api: PlatformApi,
  app: string,
  changes: InstancesPlan['changes'],
  types: readonly string[],
  { timeout, signal }: { timeout: number; signal: AbortSignal },
): Promise<{ app: string; counts: number[] }[]> {
  const deadline = performance.now() + timeout
  for await (const { dynos, model } of watchFormation(api, app, { every: EVERY, signal })) {
    const reports = reportDynos(dynos, model, Date.now())
    const expected = (name: string) => model.dynos.get(name)?.expected
    if (hasInstances(reports, changes, types, expected)) return countsOf(reports, changes, types)
    if (performance.now() >= deadline) break
  }
  signal.throwIfAborted()
  const asked = changes.map((change) => `${change.app}=${change.after}`).join(', ')
  throw new ShipitError('timeout', {
    message:
      `The dynos are up, and after ${duration(timeout)} not all of their instances ` +
      `run (${asked}).`,
    why: "The app's log does not tell that they came online, or that they did not stay so.",
    next: `shipit ps --app ${app}`,
    details: { app },
  })
}

const online = (instances: DynoReport['instances'], app: string): number =>
  instances.filter((one) => one.app === app && one.status === 'online').length

const countsOf = (
  dynos: readonly DynoReport[],
  changes: InstancesPlan['changes'],
  types: readonly string[],
) =>
  changes.map(({ app }) => ({
    app,
    counts: [
      ...new Set(
        dynos
          .filter(({ type }) => types.includes(type))
          .map(({ instances }) => online(instances, app))
          .filter((count) => count > 0),
      ),
    ].sort((one, other) => one - other),
  }))
