import { listFormation, updateFormation, type Dyno, type PlatformApi } from '../heroku/index.js'
import { planScale, type ScaleChange } from './plan.js'
import { waitForDynos, type WaitOptions } from './wait.js'

/**
 * What one dyno more or less of a process type comes to; nothing is changed.
 * Throws ShipitError `usage` for fewer than none, and for more than the dyno size allows.
 */
export async function planOneMore(
  api: PlatformApi,
  app: string,
  type: string,
  by: 1 | -1,
): Promise<ScaleChange> {
  const plan = planScale(app, await listFormation(api, app), [
    { type, quantity: { operator: by > 0 ? '+' : '-', amount: 1 } },
  ])
  return plan.changes[0]!
}

/** Makes the change, and waits until its dynos are up. Throws as `waitForDynos`. */
export async function applyChange(
  api: PlatformApi,
  app: string,
  { type, before, after }: ScaleChange,
  wait: WaitOptions,
): Promise<Dyno[]> {
  const isResized = before.size.toLowerCase() !== after.size.toLowerCase()
  await updateFormation(api, app, [
    { type, quantity: after.quantity, ...(isResized ? { size: after.size } : {}) },
  ])
  return waitForDynos(api, app, [{ type, ...after }], wait)
}
