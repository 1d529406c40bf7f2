import type { Limits } from '../store/types.js'

/**
 * Heroku's own times (devcenter.heroku.com/articles/limits and error-codes), but for the switch of
 * preboot, which takes minutes there.
 */
export const DEFAULT_LIMITS: Limits = {
  bootTimeout: 60_000,
  attachTimeout: 60_000,
  stopGrace: 30_000,
  requestTimeout: 30_000,
  prebootSwitch: 5_000,
  prebootSwitchFailed: 180_000,
  crashBackoff: { first: 10_000, max: 600_000 },
  buildTimeout: 900_000,
  metricsEvery: 20_000,
  memoryQuota: 0,
  cycleAfter: 86_400_000,
}

const isPositive = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0

/** What a limit is, if it is not a number of ms. */
const FORMS: Readonly<Record<string, string>> = {
  crashBackoff: '{"first": ms, "max": ms}',
  memoryQuota: 'a number of MB',
}

/**
 * Limits from SHIPIT_LOCAL_LIMITS: JSON of some of {@link Limits}, in ms (memoryQuota in MB), over
 * the defaults. For tests and for an impatient rehearsal.
 * Throws an Error that names what cannot be used.
 */
export function limitsFrom(json: string | undefined): Partial<Limits> {
  if (!json) return {}
  let given: unknown
  try {
    given = JSON.parse(json)
  } catch (error) {
    throw new Error(`SHIPIT_LOCAL_LIMITS is not JSON: ${(error as Error).message}`, {
      cause: error,
    })
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new Error('SHIPIT_LOCAL_LIMITS must be a JSON object such as {"stopGrace": 5000}')
  for (const [name, value] of Object.entries(given)) {
    if (!(name in DEFAULT_LIMITS))
      throw new Error(
        `SHIPIT_LOCAL_LIMITS names ${name}; the limits are ` +
          `${Object.keys(DEFAULT_LIMITS).join(', ')}`,
      )
    const numbers = name === 'crashBackoff' ? [value?.first, value?.max] : [value]
    if (!numbers.every(isPositive))
      throw new Error(`SHIPIT_LOCAL_LIMITS: ${name} must be ` + (FORMS[name] ?? 'a number of ms'))
  }
  return given as Partial<Limits>
}
