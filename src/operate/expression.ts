import { dynoSize, DYNO_SIZES } from '../lib/dyno-sizes.js'
import { ShipitError } from '../errors.js'
import { unknownName } from '../lib/nearest.js'

/** One `web=2:standard-2x` as data. */
export interface ScaleExpression {
  type: string
  quantity?: { operator: '=' | '+' | '-'; amount: number }
  /** As the API spells it. */
  size?: string
}

// The type is matched as short as can be, so that `web-1` is web less one and `my-worker=2` is
// my-worker.
const SHAPE = /^(\w[\w-]*?)(?:([=+-])(\d{1,4}))?(?::([\w.-]+))?$/

function sizeNamed(typed: string): string {
  const size = dynoSize(typed)
  if (!size)
    throw new ShipitError(
      'usage',
      unknownName(
        'dyno size',
        typed,
        DYNO_SIZES.map(({ name }) => name),
      ),
    )
  return size.name
}

/**
 * Reads `web=2`, `web+1`, `web-1`, `web=2:standard-2x`, `web:standard-2x`.
 * Throws ShipitError `usage` for what cannot be read, for an unknown size, and for a type given
 * twice.
 */
export function parseScale(args: readonly string[]): ScaleExpression[] {
  const [name, amount] = args
  if (args.length === 2 && /^[\w-]+$/.test(name!) && /^[+-]?\d+$/.test(amount!)) {
    const change = /^\d/.test(amount!) ? `=${amount}` : amount!
    throw new ShipitError('usage', {
      message:
        `\`${name} ${amount}\` is how PM2 scales an app; on Heroku there are dynos, and ` +
        'instances in each.',
      next:
        `Dynos of a process type: shipit scale web${change}\nInstances in each dyno: shipit ` +
        `scale --instances ${name}${change}`,
    })
  }
  const expressions = args.map((arg): ScaleExpression => {
    const [, type, operator, amount, size] = SHAPE.exec(arg) ?? []
    if (type === undefined || (operator === undefined && size === undefined)) {
      throw new ShipitError('usage', {
        message: `${arg} is not a scale expression.`,
        next: 'Write web=2, web+1, web-1, web=2:standard-2x or web:standard-2x.',
      })
    }
    return {
      type,
      ...(operator === undefined
        ? {}
        : { quantity: { operator: operator as '=' | '+' | '-', amount: Number(amount) } }),
      ...(size === undefined ? {} : { size: sizeNamed(size) }),
    }
  })
  const twice = expressions.find(
    ({ type }, index) => expressions.findIndex((other) => other.type === type) !== index,
  )
  if (twice)
    throw new ShipitError('usage', {
      message: `${twice.type} is given twice.`,
      next: `One expression does both: ${twice.type}=2:standard-2x`,
    })
  return expressions
}
