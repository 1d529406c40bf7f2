import { excessOf, isFixed, type Excess } from '../lib/dyno-limits.js'
import { formatFormation, type DynoCount, type TypeCount } from '../lib/dyno-count.js'
import { costOf, dynoSize, type Cost } from '../lib/dyno-sizes.js'
import { ShipitError } from '../errors.js'
import type { Formation, FormationUpdate } from '../heroku/index.js'
import type { ScaleExpression } from './expression.js'
import { unknownName } from '../lib/nearest.js'

export interface ScaleChange extends Cost {
  type: string
  before: DynoCount
  after: DynoCount
}

export interface ScalePlan {
  /** One row for each expression, also where nothing changes. */
  changes: ScaleChange[]
  /** What the PATCH holds; empty if all is as asked. */
  updates: FormationUpdate[]
  /** The whole formation afterwards. */
  formation: TypeCount[]
  /** A default limit of Heroku's that an account may have raised: the platform decides. */
  doubt: string | null
}

function amountAfter(app: string, { type, quantity }: ScaleExpression, before: number): number {
  if (!quantity) return before
  const { operator, amount } = quantity
  const after = operator === '=' ? amount : operator === '+' ? before + amount : before - amount
  if (after < 0)
    throw new ShipitError('usage', {
      message: `${type}-${amount} would be less than none: ${type} has ${before}.`,
      next: `shipit scale ${type}=0 --app ${app}`,
    })
  return after
}

/**
 * What expressions make of a formation. Throws ShipitError `usage` for a process type that the app
 * does not have, and for what Heroku refuses to every account.
 */
export function planScale(
  app: string,
  current: readonly Formation[],
  expressions: readonly ScaleExpression[],
): ScalePlan {
  const changes = expressions.map((expression): ScaleChange => {
    const found = current.find(({ type }) => type === expression.type)
    if (!found) {
      const unknown = unknownName(
        'process type',
        expression.type,
        current.map(({ type }) => type),
      )
      const { operator = '=', amount = 1 } = expression.quantity ?? {}
      if (current.length === 0) throw new ShipitError('usage', unknown)
      throw new ShipitError('usage', {
        ...unknown,
        next:
          `${unknown.next}\nThe instances of a PM2 app in each dyno: shipit scale --instances ` +
          `${expression.type}${operator}${amount} --app ${app}`,
      })
    }
    const before = { quantity: found.quantity, size: found.size }
    const after = {
      quantity: amountAfter(app, expression, before.quantity),
      size: expression.size ?? before.size,
    }
    return { type: found.type, before, after, ...costOf(before, after) }
  })
  const updates = changes.flatMap(({ type, before, after }): FormationUpdate[] => {
    const isResized = before.size.toLowerCase() !== after.size.toLowerCase()
    if (!isResized && before.quantity === after.quantity) return []
    return [
      {
        type,
        ...(before.quantity === after.quantity ? {} : { quantity: after.quantity }),
        ...(isResized ? { size: after.size } : {}),
      },
    ]
  })
  const formation = current.map(({ type, quantity, size }) => ({
    type,
    ...(changes.find((change) => change.type === type)?.after ?? { quantity, size }),
  }))
  const excess = updates.length > 0 ? excessOf(formation) : undefined
  if (excess && isFixed(excess)) throw refusal(app, excess, formation)
  return { changes, updates, formation, doubt: excess ? doubtOf(excess) : null }
}

/** Explained before the platform is asked. */
function refusal(app: string, excess: Excess, formation: readonly TypeCount[]): ShipitError {
  const running = formation.filter(({ quantity }) => quantity > 0)
  const withSize = (rows: typeof running, size: string) =>
    formatFormation(rows.map((row) => ({ ...row, size })))
  const isSingle = ({ size }: DynoCount) => dynoSize(size)?.maxPerType === 1
  if (excess.kind === 'mixed') {
    const target = running.every(isSingle) ? 'Basic' : 'Standard-1X'
    return new ShipitError('usage', {
      message:
        `${excess.sizes.slice(0, -1).join(', ')} and ${excess.sizes.at(-1)} dynos cannot be in ` +
        'one app.',
      why:
        'An app of Eco or of Basic dynos has no others, and this one would have ' +
        `${formatFormation(running)}.`,
      next: `shipit scale ${withSize(
        running.filter((row) => isSingle(row) && row.size !== target),
        target.toLowerCase(),
      )} --app ${app}`,
    })
  }
  const { type, size, quantity } = excess as Extract<Excess, { kind: 'type' }>
  return new ShipitError('usage', {
    message: `${size} allows one dyno of a process type, and ${type} would have ${quantity}.`,
    why: 'Standard dynos are the smallest that run more, and all of an app change together.',
    next: `shipit scale ${withSize(running.filter(isSingle), 'standard-1x')} --app ${app}`,
  })
}

function doubtOf(excess: Excess): string {
  if (excess.kind === 'type')
    return (
      `Heroku allows ${excess.most} ${excess.size} dynos of a process type, unless the account ` +
      'has a higher limit.'
    )
  const { most, quantity } = excess as Extract<Excess, { kind: 'app' }>
  return (
    `Heroku allows an app ${most} dynos of all types together, unless the account has a higher ` +
    `limit; this would be ${quantity}.`
  )
}
