/** What `deploy.<environment>.formation` changes of an app's dynos, and in which order. */
import {
  formatDynoCount,
  formatFormation,
  parseDynoCount,
  type DynoCount,
  type TypeCount,
} from '../lib/dyno-count.js'
import { excessOf } from '../lib/dyno-limits.js'
import { costOf, type Cost, dynoSize, DYNO_SIZES } from '../lib/dyno-sizes.js'
import { ShipitError } from '../errors.js'
import { parseScale } from './expression.js'
import type { Formation, FormationUpdate } from '../heroku/index.js'
import { unknownName } from '../lib/nearest.js'

/** A size of null is the one that the type has, or that the platform gives to a new type. */
type AskedDynos = DynoCount<string | null>

export interface FormationChange extends Cost {
  type: string
  /** Null for a type that comes with this deploy's release. */
  before: AskedDynos | null
  after: AskedDynos
}

/**
 * What `--scale web=0 --scale worker=1:basic` says, a count a process type. Throws ShipitError
 * `usage` for what is not of that form, and for a type given twice.
 */
export function typedScale(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    parseScale(words).map(({ type, quantity, size }, index) => {
      if (quantity?.operator !== '=')
        throw new ShipitError('usage', {
          message: `--scale ${words[index]} says no count of dynos.`,
          next: `Write one, such as --scale ${type}=1.`,
        })
      return [type, formatDynoCount({ quantity: quantity.amount, size: size ?? null })]
    }),
  )
}

/**
 * Throws ShipitError `project` for an unknown size, and for what the ecosystem file's own check
 * would have refused.
 */
function read(text: string, at: string): AskedDynos {
  const asked = parseDynoCount(text)
  if (asked === undefined)
    throw new ShipitError('project', {
      message: `${at}: ${text} is not a valid number of dynos.`,
      next: 'Write a count and a size, such as "2:standard-1x".',
    })
  const size = asked.size === null ? undefined : dynoSize(asked.size)
  if (asked.size !== null && size === undefined) {
    const { message, ...rest } = unknownName(
      'dyno size',
      asked.size,
      DYNO_SIZES.map(({ name }) => name),
    )
    throw new ShipitError('project', { message: `${at}: ${message}`, ...rest })
  }
  return { quantity: asked.quantity, size: size?.name ?? null }
}

/**
 * What differs between the formation that is asked for and the one there is; types that it does not
 * name stay as they are. Pure.
 * @param typed what `--scale` says: it goes before `wanted`, the environment's
 * @param first what app.json says of the first release: both go before it
 * @throws ShipitError `project` for an unknown size, for more dynos than the size allows, and for
 *   sizes that cannot be in one app
 */
export function planFormation(
  environment: string,
  wanted: Record<string, string>,
  current: readonly Formation[],
  typed: Readonly<Record<string, string>> = {},
  first: Readonly<Record<string, string>> = {},
): FormationChange[] {
  const changes = Object.entries({ ...first, ...wanted, ...typed }).flatMap(([type, text]) => {
    const at = Object.hasOwn(typed, type)
      ? `--scale ${type}`
      : Object.hasOwn(wanted, type)
        ? `deploy.${environment}.formation.${type}`
        : `app.json: formation.${type}`
    const asked = read(text, at)
    const found = current.find((one) => one.type === type)
    const before = found ? { quantity: found.quantity, size: found.size } : null
    const after = { quantity: asked.quantity, size: asked.size ?? found?.size ?? null }
    checkLimit(at, after)
    return before && isSame(before, after)
      ? []
      : [{ type, before, after, ...costOf(before, after) }]
  })
  if (changes.length > 0)
    checkMixed(
      Object.keys(typed).length > 0
        ? '--scale'
        : Object.keys(wanted).length > 0
          ? `deploy.${environment}.formation`
          : 'app.json: formation',
      changes,
      current,
    )
  return changes
}

function checkMixed(
  at: string,
  changes: readonly FormationChange[],
  current: readonly Formation[],
): void {
  const kept = current.filter(({ type }) => !changes.some((change) => change.type === type))
  const after = changes.flatMap(({ type, after: { quantity, size } }) =>
    size === null ? [] : [{ type, quantity, size }],
  )
  const excess = excessOf([...kept, ...after])
  if (excess?.kind !== 'mixed') return
  throw new ShipitError('project', {
    message:
      `${at} leaves the app with dynos of ${excess.sizes.slice(0, -1).join(', ')} and ` +
      `${excess.sizes.at(-1)}, which cannot be in one app.`,
    why:
      'An app of Eco or of Basic dynos has no ' +
      `others.${kept.length > 0 ? ` It does not name ${formatFormation(kept)}.` : ''}`,
    next: 'Name all process types, with sizes that go together.',
  })
}

function checkLimit(at: string, { quantity, size }: AskedDynos): void {
  const most = size === null ? undefined : dynoSize(size)?.maxPerType
  if (most === undefined || quantity <= most) return
  throw new ShipitError('project', {
    message: `${at} asks for ${quantity} dynos of ${size}, which allows ${most} of a process type.`,
    next: 'Ask for fewer, or for another size, such as standard-1x.',
  })
}

const isSame = (one: AskedDynos, other: AskedDynos) =>
  one.quantity === other.quantity && one.size?.toLowerCase() === other.size?.toLowerCase()

const largerOf = (one: string | null, other: string | null) =>
  (dynoSize(one ?? '')?.listPrice ?? 0) > (dynoSize(other ?? '')?.listPrice ?? 0) ? one : other

/**
 * As many and as large as either: what a type has from the release until the release is known to
 * serve.
 */
export const peakOf = ({ before, after }: FormationChange): AskedDynos =>
  before
    ? {
        quantity: Math.max(before.quantity, after.quantity),
        size: largerOf(before.size, after.size),
      }
    : after

export const grows = (change: FormationChange) =>
  change.before === null || !isSame(change.before, peakOf(change))
export const shrinks = (change: FormationChange) => !isSame(peakOf(change), change.after)

/** A row of the PATCH. */
export const updateTo = ({ type, quantity, size }: TypeCount<string | null>): FormationUpdate => ({
  type,
  quantity,
  ...(size === null ? {} : { size }),
})
