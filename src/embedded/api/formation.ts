/** How a formation follows from a release, and from what is asked for. */
import { randomUUID } from 'node:crypto'
import { excessOf } from '../../lib/dyno-limits.js'
import { dynoSize } from '../../lib/dyno-sizes.js'
import type { FormationRecord } from '../store/records.js'
import { ApiError, InvalidParams, NotFound } from './api-error.js'
import { DEFAULT_SIZES, type Runtime, sizeIn } from './place.js'
import { textOf } from './request.js'

/**
 * The formation that follows from a slug's process types: quantities and sizes are kept, commands
 * follow the slug, types that it no longer has are gone. A new type starts with no dynos, but for
 * web, which starts with one (devcenter.heroku.com/articles/procfile), and in an app of Eco or
 * Basic dynos it is of that size, because no other can be there.
 */
export function formationFor(
  processTypes: Record<string, string>,
  before: Record<string, FormationRecord>,
  now: string,
  runtime: Runtime,
): Record<string, FormationRecord> {
  const entryOf = (type: string, command: string): FormationRecord => {
    const known = Object.hasOwn(before, type) ? before[type] : undefined
    if (known)
      return { ...known, command, updated_at: known.command === command ? known.updated_at : now }
    return {
      id: randomUUID(),
      type,
      command,
      quantity: type === 'web' ? 1 : 0,
      size: sizeBeside(before, runtime),
      created_at: now,
      updated_at: now,
    }
  }
  // By fromEntries, so that __proto__ is a type like any other.
  return Object.fromEntries(
    Object.entries(processTypes).map(([type, command]) => [type, entryOf(type, command)]),
  )
}

const sizeBeside = (before: Record<string, FormationRecord>, runtime: Runtime): string =>
  Object.values(before).find(
    ({ quantity, size }) => quantity > 0 && dynoSize(size)?.maxPerType === 1,
  )?.size ?? DEFAULT_SIZES[runtime]

const RUNTIME_NAMES: Record<Runtime, string> = {
  common: 'on the Common Runtime',
  private: 'in a Private Space',
  shield: 'in a Shield space',
  fir: 'on Fir',
}

type Formation = Record<string, FormationRecord>

/**
 * The formation after a batch of updates, all or none. An update is `{type, quantity?, size?}` with
 * the liberties that the API takes: quantity as a number, a string, or a change ("+1", "-2"); size
 * by any spelling, or as `dyno_size: {name}`. The type may be its id.
 */
export function updatedFormation(
  before: Readonly<Formation>,
  updates: unknown,
  now: string,
  runtime: Runtime,
): Formation {
  if (!Array.isArray(updates)) throw new InvalidParams('updates must be a list')
  const after: Formation = structuredClone(before) as Formation
  for (const update of updates as unknown[]) {
    if (typeof update !== 'object' || update === null)
      throw new InvalidParams('Each of updates must be an object with a type')
    const { type, quantity, size, dyno_size: sized } = update as Record<string, unknown>
    const formation = Object.values(after).find((one) => one.type === type || one.id === type)
    if (!formation) throw new NotFound(`process type (${textOf(type)})`)
    formation.size = sizeFrom(size ?? nameOf(sized), runtime) ?? formation.size
    formation.quantity = quantityFrom(quantity, formation)
    formation.updated_at = now
  }
  checkLimits(after)
  return after
}

const nameOf = (sized: unknown): unknown =>
  typeof sized === 'object' && sized !== null ? (sized as { name?: unknown }).name : sized

function sizeFrom(given: unknown, runtime: Runtime): string | undefined {
  if (given === undefined || given === null) return undefined
  const size = typeof given === 'string' ? sizeIn(runtime, given) : undefined
  if (!size && typeof given === 'string' && dynoSize(given))
    throw new InvalidParams(
      `${dynoSize(given)!.name} dynos are not available for this app, which runs ` +
        `${RUNTIME_NAMES[runtime]}.`,
    )
  if (!size) throw new InvalidParams(`No such size as ${textOf(given)}.`)
  return size.name
}

function quantityFrom(given: unknown, { type, quantity }: FormationRecord): number {
  if (given === undefined || given === null) return quantity
  const text = textOf(given)
  if ((typeof given !== 'number' && typeof given !== 'string') || !/^[+-]?\d+$/.test(text))
    throw new InvalidParams(`Quantity of ${type} must be a whole number.`)
  const isChange = typeof given === 'string' && /^[+-]/.test(text)
  const wanted = isChange ? quantity + Number(text) : Number(text)
  if (wanted < 0) throw new InvalidParams(`Quantity of ${type} must be greater than or equal to 0.`)
  return wanted
}

/** In Heroku's words and with its ids, as far as its answers are known. */
function checkLimits(formation: Formation): void {
  const excess = excessOf(Object.values(formation))
  if (excess?.kind === 'type') {
    throw new ApiError(
      422,
      'cannot_update_above_limit',
      `Cannot update to more than ${excess.most} ${excess.size} size dynos per process type.`,
      { limit: excess.most },
    )
  }
  if (excess?.kind === 'mixed') {
    throw new InvalidParams(
      'Cannot use the following dyno types in the same app: ' +
        `${excess.sizes.slice(0, -1).join(', ')} and ${excess.sizes.at(-1)}`,
    )
  }
  if (excess)
    throw new ApiError(
      422,
      'cannot_run_above_limit',
      `Cannot run more than ${excess.most} dynos in one app.`,
      { limit: excess.most },
    )
}
