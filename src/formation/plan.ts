import { ShipitError } from '../errors.js'
import type { Formation, FormationUpdate } from '../heroku/index.js'
import type { ScaleExpression } from './expression.js'
import { unknownName } from '../nearest.js'

export interface Scale { quantity: number; size: string }

export interface ScaleChange { type: string; before: Scale; after: Scale }

export interface ScalePlan {
  /** One row for each expression, also where nothing changes. */
  changes: ScaleChange[]
  /** What the PATCH holds; empty where all is as asked. */
  updates: FormationUpdate[]
}

function amountAfter(app: string, { type, quantity }: ScaleExpression, before: number): number {
  if (!quantity) return before
  const { operator, amount } = quantity
  const after = operator === '=' ? amount : operator === '+' ? before + amount : before - amount
  if (after < 0) throw new ShipitError('usage', { message: `${type}-${amount} would be less than none: ${type} has ${before}.`, next: `shipit scale ${type}=0 --app ${app}` })
  return after
}

/** What expressions make of a formation. Throws ShipitError `usage` for a process type that the app does not have. */
export function planScale(app: string, current: readonly Formation[], expressions: readonly ScaleExpression[]): ScalePlan {
  const changes = expressions.map((expression): ScaleChange => {
    const found = current.find(({ type }) => type === expression.type)
    if (!found) throw new ShipitError('usage', unknownName('process type', expression.type, current.map(({ type }) => type)))
    const before = { quantity: found.quantity, size: found.size }
    return { type: found.type, before, after: { quantity: amountAfter(app, expression, before.quantity), size: expression.size ?? before.size } }
  })
  const updates = changes.flatMap(({ type, before, after }): FormationUpdate[] => {
    const isResized = before.size.toLowerCase() !== after.size.toLowerCase()
    if (!isResized && before.quantity === after.quantity) return []
    return [{ type, ...(before.quantity === after.quantity ? {} : { quantity: after.quantity }), ...(isResized ? { size: after.size } : {}) }]
  })
  return { changes, updates }
}
