import type { PlatformApi } from '../../heroku/index.js'
import type { DynoReport } from '../../monitor/index.js'
import { planScale, type ScaleChange } from '../../operate/index.js'
import { listFormation } from '../../heroku/index.js'
import { dynoSize } from '../../lib/dyno-sizes.js'
import type { ActionRequest } from '../wire.js'

/** The app that an action is for, and its dynos as they were last seen. */
export interface ActionContext {
  api: PlatformApi
  app: string
  dynos: readonly DynoReport[]
}

export type RequestOf<Kind extends ActionRequest['kind']> = Extract<ActionRequest, { kind: Kind }>

/** What `shipit scale` would make of it. Throws ShipitError `usage` as that does. */
export async function scaleOf(
  { api, app }: ActionContext,
  { type, quantity, size }: RequestOf<'scale'>,
): Promise<{ change: ScaleChange; isChange: boolean; doubt: string | null }> {
  const { changes, updates, doubt } = planScale(app, await listFormation(api, app), [
    {
      type,
      ...(quantity === undefined ? {} : { quantity: { operator: '=', amount: quantity } }),
      ...(size === undefined ? {} : { size: dynoSize(size)?.name ?? size }),
    },
  ])
  return { change: changes[0]!, isChange: updates.length > 0, doubt }
}
