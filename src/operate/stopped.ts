import { ShipitError } from '../errors.js'
import { unknownName } from '../lib/nearest.js'
import type { Formation, FormationUpdate } from '../heroku/index.js'
import { formatFormation, parseFormation, type TypeCount } from '../lib/dyno-count.js'

/**
 * The config var in which a stop keeps what a start brings back:
 * `web=2:Standard-1X,worker=1:Standard-2X`.
 */
export const STOPPED_VAR = 'SHIPIT_STOPPED'

export interface StopPlan {
  updates: FormationUpdate[]
  /** What is stopped, with what it was. */
  stopped: TypeCount[]
  /** The config var afterwards. */
  remembered: string
  /** Whether dynos of other types run on, which a change of the config var restarts. */
  restartsOthers: boolean
}

/**
 * Scales one type, or all that run, to zero, and remembers their counts and sizes beside those that
 * an earlier stop remembered.
 */
export function planStop(
  formation: readonly Formation[],
  before: string | undefined,
  type?: string,
): StopPlan {
  checkType(formation, type)
  const stopped = formation
    .filter((row) => row.quantity > 0 && (type === undefined || row.type === type))
    .map(({ type, quantity, size }) => ({ type, quantity, size }))
  const kept = parseFormation(before ?? '').filter(
    (count) => !stopped.some((one) => one.type === count.type),
  )
  return {
    updates: stopped.map(({ type }) => ({ type, quantity: 0 })),
    stopped,
    remembered: formatFormation([...kept, ...stopped], ','),
    restartsOthers: formation.some(
      (row) => row.quantity > 0 && !stopped.some((one) => one.type === row.type),
    ),
  }
}

export interface StartPlan {
  updates: FormationUpdate[]
  started: TypeCount[]
}

/**
 * Brings back what a stop has remembered; a type that runs is left as it is, and one that is named
 * and not remembered gets one dyno.
 * The memory stays: a change of a config var would restart the dynos, and the next stop writes over
 * it.
 */
export function planStart(
  formation: readonly Formation[],
  before: string | undefined,
  type?: string,
): StartPlan {
  checkType(formation, type)
  const remembered = parseFormation(before ?? '')
  const started = formation.flatMap((row): TypeCount[] => {
    const count = remembered.find((one) => one.type === row.type)
    if (row.quantity > 0 || (type !== undefined && row.type !== type)) return []
    return count ? [count] : type === undefined ? [] : [{ type, quantity: 1, size: row.size }]
  })
  return { updates: started.map(({ type, quantity, size }) => ({ type, quantity, size })), started }
}

function checkType(formation: readonly Formation[], type: string | undefined): void {
  if (type === undefined || formation.some((row) => row.type === type)) return
  throw new ShipitError(
    'not_found',
    unknownName(
      'process type',
      type,
      formation.map((row) => row.type),
    ),
  )
}
