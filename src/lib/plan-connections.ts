/**
 * Connections that a plan of Heroku's own data add-ons takes at a time
 * (devcenter.heroku.com/articles/heroku-postgres-plans and heroku-redis).
 */

/** By the number of the plan; every tier but Essential has the same. */
const POSTGRES: Readonly<Record<number, number>> = { 0: 120, 2: 400 }
const POSTGRES_LARGER = 500
const ESSENTIAL: Readonly<Record<number, number>> = { 0: 20, 1: 20, 2: 40 }

const REDIS: Readonly<Record<string, number>> = {
  mini: 20,
  'premium-0': 40,
  'premium-1': 80,
  'premium-2': 200,
  'premium-3': 400,
  'premium-5': 1000,
  'premium-7': 10_000,
  'premium-9': 25_000,
  'premium-10': 40_000,
  'premium-12': 65_000,
  'premium-14': 65_000,
}

/**
 * @param plan as the Platform API names it: heroku-postgresql:standard-0
 * @returns undefined for a plan that is not known
 */
export function planConnections(plan: string): number | undefined {
  const [service, name = ''] = plan.split(':')
  if (service === 'heroku-redis') return REDIS[name]
  const [, tier, number] =
    /^(essential|standard|premium|private|shield)-(\d+)(?:-|$)/.exec(name) ?? []
  if (service !== 'heroku-postgresql' || number === undefined) return undefined
  if (tier === 'essential') return ESSENTIAL[Number(number)]
  return POSTGRES[Number(number)] ?? POSTGRES_LARGER
}
