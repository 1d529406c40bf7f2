import type { TypeCount } from './dyno-count.js'
import { DYNO_SIZES, dynoSize } from './dyno-sizes.js'

/** Dynos of one app, of all types together. */
const MOST_DYNOS = 100

/** What Heroku refuses of a formation. */
export type Excess =
  | { kind: 'type'; type: string; size: string; quantity: number; most: number }
  | { kind: 'app'; quantity: number; most: number }
  /** Sizes, as the API spells them, that cannot be in one app. */
  | { kind: 'mixed'; sizes: string[] }

/**
 * The first of Heroku's limits that a formation is beyond; undefined if it is within all. Types
 * without dynos count for nothing. https://devcenter.heroku.com/articles/dyno-types and
 * dyno-scaling-and-process-limits: an app of Eco or of Basic dynos has no others, Standard and
 * Performance go together, and so do the sizes of one kind of space. Those of Performance and of an
 * app are defaults, which Heroku raises for an account on request.
 */
export function excessOf(formation: readonly TypeCount[]): Excess | undefined {
  const running = formation.filter(({ quantity }) => quantity > 0)
  for (const { type, quantity, size } of running) {
    const most = dynoSize(size)?.maxPerType ?? MOST_DYNOS
    if (quantity > most) return { kind: 'type', type, size, quantity, most }
  }
  const sizes = DYNO_SIZES.filter(({ name }) =>
    running.some(({ size }) => dynoSize(size)?.name === name),
  )
  const tiers = new Set(
    sizes.map(({ costClass }) => (costClass === 'performance' ? 'standard' : costClass)),
  )
  if (tiers.size > 1) return { kind: 'mixed', sizes: sizes.map(({ name }) => name) }
  const quantity = running.reduce((sum, one) => sum + one.quantity, 0)
  return quantity > MOST_DYNOS ? { kind: 'app', quantity, most: MOST_DYNOS } : undefined
}

/** Whether no account can have the limit raised: what is beyond it is certain to be refused. */
export const isFixed = (excess: Excess): boolean =>
  excess.kind === 'mixed' || (excess.kind === 'type' && excess.most === 1)
