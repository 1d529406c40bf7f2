import { ShipitError } from '../errors.js'
import type { PlatformApi } from '../heroku/index.js'
import { look, reportDynos } from '../monitor/index.js'
import { until } from '../until.js'
import { hasInstances } from './instance-memory.js'
import type { InstancesPlan } from './instances.js'

/** ms between two looks; each costs two requests. */
const EVERY = 2000

/**
 * Waits until the runtime has told, in each dyno of these types, that as many instances run as were asked for.
 * Throws ShipitError `timeout`: the change was made and stays.
 */
export async function waitForInstances(api: PlatformApi, app: string, changes: InstancesPlan['changes'], types: readonly string[], { timeout, signal }: { timeout: number; signal: AbortSignal }): Promise<void> {
  const isSo = await until(async () => {
    const { dynos, model } = await look(api, app)
    return hasInstances(reportDynos(dynos, model, Date.now()), changes, types)
  }, { timeout, every: EVERY, signal })
  if (isSo) return
  const asked = changes.map((change) => `${change.app}=${change.after}`).join(', ')
  throw new ShipitError('timeout', {
    message: `The dynos are up, and after ${Math.round(timeout / 1000)} s not all of their instances run (${asked}).`,
    why: 'The app\'s log does not tell that they came online, or that they did not stay so.', next: `shipit ps --app ${app}`, details: { app },
  })
}
