import { randomBytes } from 'node:crypto'
import type { AppJson, Variable } from './types.js'

/** What of an app's config vars can be set, and what nobody has said. */
export interface Values {
  /** Secret ones among them. */
  set: Record<string, string>
  /** Required, and without a value. */
  missing: Variable[]
}

/** Bytes of a generated secret; as hex it has twice as many characters. */
const SECRET_BYTES = 32

/** The names of config vars that come with add-ons of which the name is known beforehand. */
const OF_SERVICE: Record<string, string> = {
  'heroku-postgresql': 'DATABASE_URL',
  'heroku-redis': 'REDIS_URL',
}

/** The service of a plan: heroku-postgresql of heroku-postgresql:essential-0. */
export const serviceOf = (plan: string): string => plan.replace(/:.*$/, '')

/**
 * The values of the config vars that an app lacks: given ones first, then those of app.json, then
 * generated ones. What it has stays, and what an add-on brings is left to it.
 * @param has names of the config vars of the app
 */
export function valuesFor(
  { env, addons }: AppJson,
  has: readonly string[],
  given: Readonly<Record<string, string>>,
): Values {
  const brought = addons.map(({ plan, as }) =>
    as === undefined ? OF_SERVICE[serviceOf(plan)] : `${as.toUpperCase()}_URL`,
  )
  const values: Values = { set: {}, missing: [] }
  for (const one of env.filter(({ name }) => !has.includes(name))) {
    const value = Object.hasOwn(given, one.name) ? given[one.name] : one.value
    if (value !== undefined) values.set[one.name] = value
    else if (brought.includes(one.name)) continue
    else if (one.isGenerated) values.set[one.name] = randomBytes(SECRET_BYTES).toString('hex')
    else if (one.isRequired) values.missing.push(one)
  }
  return values
}
