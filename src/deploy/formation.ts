/** What `deploy.<environment>.formation` changes of an app's dynos, and in which order. */
import { dynoSize, DYNO_SIZES, type DynoSize } from '../dyno-sizes.js'
import { ShipitError } from '../errors.js'
import type { Formation, FormationUpdate } from '../heroku/types.js'
import { unknownName } from '../nearest.js'

/** Of one process type. A size of null is the one that it has, or that the platform gives to a new type. */
export interface DynoCount { quantity: number; size: string | null }

export interface FormationChange {
  type: string
  /** Null for a type that comes with this deploy's release. */
  before: DynoCount | null
  after: DynoCount
  /** Class of price of the dynos afterwards; null where the size is not known yet. */
  costClass: DynoSize['costClass'] | null
  /** At Heroku's list prices; null where it cannot be known yet. */
  costs: 'more' | 'less' | 'same' | null
}

/** "2:standard-1x" or "2". Throws ShipitError `project` for an unknown size. */
function read(text: string, at: string): DynoCount {
  const [quantity = '', typed] = text.split(':')
  const size = typed === undefined ? undefined : dynoSize(typed)
  if (typed !== undefined && size === undefined) {
    const { message, ...rest } = unknownName('dyno size', typed, DYNO_SIZES.map(({ name }) => name))
    throw new ShipitError('project', { message: `${at}: ${message}`, ...rest })
  }
  return { quantity: Number(quantity), size: size?.name ?? null }
}

/**
 * What differs between the formation that is asked for and the one there is; types that it does not name stay as they are. Pure.
 * @throws ShipitError `project` for an unknown size, and for more dynos than the size allows
 */
export function planFormation(environment: string, wanted: Record<string, string>, current: readonly Formation[]): FormationChange[] {
  return Object.entries(wanted).flatMap(([type, text]) => {
    const at = `deploy.${environment}.formation.${type}`
    const asked = read(text, at)
    const found = current.find((one) => one.type === type)
    const before = found ? { quantity: found.quantity, size: found.size } : null
    const after = { quantity: asked.quantity, size: asked.size ?? found?.size ?? null }
    checkLimit(at, after)
    return before && isSame(before, after) ? [] : [{ type, before, after, ...costOf(before, after) }]
  })
}

function checkLimit(at: string, { quantity, size }: DynoCount): void {
  const most = size === null ? undefined : dynoSize(size)?.maxPerType
  if (most === undefined || quantity <= most) return
  throw new ShipitError('project', { message: `${at} asks for ${quantity} dynos of ${size}, which allows ${most} of a process type.`, next: 'Ask for fewer, or for another size, such as standard-1x.' })
}

const isSame = (one: DynoCount, other: DynoCount) => one.quantity === other.quantity && one.size?.toLowerCase() === other.size?.toLowerCase()

function costOf(before: DynoCount | null, after: DynoCount): Pick<FormationChange, 'costClass' | 'costs'> {
  const [old, now] = [before, after].map((count) => count && (count.quantity === 0 ? 0 : priceOf(count)))
  const costClass = after.size === null ? null : dynoSize(after.size)?.costClass ?? null
  if (now === undefined || now === null || old === undefined) return { costClass, costs: null }
  return { costClass, costs: now > (old ?? 0) ? 'more' : now < (old ?? 0) ? 'less' : 'same' }
}

const priceOf = ({ quantity, size }: DynoCount): number | undefined => {
  const price = size === null ? undefined : dynoSize(size)?.listPrice
  return price === undefined ? undefined : quantity * price
}

const largerOf = (one: string | null, other: string | null) =>
  (dynoSize(one ?? '')?.listPrice ?? 0) > (dynoSize(other ?? '')?.listPrice ?? 0) ? one : other

/** As many and as large as either: what a type has from the release until the release is known to serve. */
export const peakOf = ({ before, after }: FormationChange): DynoCount =>
  before ? { quantity: Math.max(before.quantity, after.quantity), size: largerOf(before.size, after.size) } : after

export const grows = (change: FormationChange) => change.before === null || !isSame(change.before, peakOf(change))
export const shrinks = (change: FormationChange) => !isSame(peakOf(change), change.after)

/** A row of the PATCH. */
export const updateTo = (type: string, { quantity, size }: DynoCount): FormationUpdate => ({ type, quantity, ...(size === null ? {} : { size }) })

/** web=2:Standard-1X */
export const countInWords = (type: string, { quantity, size }: DynoCount) => `${type}=${quantity}${size === null ? '' : `:${size}`}`
