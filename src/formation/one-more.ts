import { dynoSize } from '../dyno-sizes.js'
import { ShipitError } from '../errors.js'
import { listFormation, updateFormation, type Dyno, type PlatformApi } from '../heroku/index.js'
import { planScale, type ScaleChange } from './plan.js'
import { waitForDynos, type WaitOptions } from './wait.js'

/**
 * What one dyno more or less of a process type comes to; nothing is changed.
 * Throws ShipitError `usage` for fewer than none, and for more than the dyno size allows.
 */
export async function planOneMore(api: PlatformApi, app: string, type: string, by: 1 | -1): Promise<ScaleChange> {
  const plan = planScale(app, await listFormation(api, app), [{ type, quantity: { operator: by > 0 ? '+' : '-', amount: 1 } }])
  const change = plan.changes[0]!
  const most = dynoSize(change.after.size)?.maxPerType
  if (by > 0 && most !== undefined && change.after.quantity > most) {
    throw new ShipitError('usage', { message: `${change.after.size} allows ${most === 1 ? 'one dyno' : `${most} dynos`} of a process type.`, next: `shipit scale ${type}=${change.after.quantity}:standard-1x --app ${app}` })
  }
  return change
}

/** Makes the change, and waits until its dynos are up. Throws as `waitForDynos`. */
export async function applyChange(api: PlatformApi, app: string, { type, after }: ScaleChange, wait: WaitOptions): Promise<Dyno[]> {
  await updateFormation(api, app, [{ type, quantity: after.quantity }])
  return waitForDynos(api, app, [{ type, ...after }], wait)
}
