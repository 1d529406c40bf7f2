import type { DevRefusal } from '../dev-protocol.js'
import type { Keeper } from '../god.js'

/** What a person asked for cannot be done, in words for them. */
export class Refusal extends Error {
  constructor(readonly told: DevRefusal) {
    super(told.message)
    this.name = 'Refusal'
  }
}

/** An instance's number within its app: NODE_APP_INSTANCE. */
export const indexOf = ({ pm2_env }: Keeper): number => Number(pm2_env[pm2_env.instance_var] ?? 0)

/** `api:0` */
export const nameOf = (keeper: Keeper): string => `${keeper.pm2_env.name}:${indexOf(keeper)}`

/**
 * In PM2's order: an app's name, then a namespace, then an id; before them `all`, the file that was
 * started, and `app:instance`. Empty for what there is not.
 */
export function matching(
  keepers: readonly Keeper[],
  name: string,
  file: string | undefined,
): Keeper[] {
  if (name === 'all' || name === file) return [...keepers]
  const ways: ((keeper: Keeper) => boolean)[] = [
    ({ pm2_env }) => pm2_env.name === name,
    (keeper) => nameOf(keeper) === name,
    ({ pm2_env }) => pm2_env.namespace === name,
    ({ pm2_env }) => String(pm2_env.pm_id) === name,
  ]
  return ways.map((way) => keepers.filter(way)).find((found) => found.length > 0) ?? []
}

/** Throws a Refusal with the names that there are. */
export function notFound(name: string, known: readonly string[]): never {
  throw new Refusal({
    code: 'not_found',
    message: `There is no app called ${name}.`,
    known: [...new Set(known)],
  })
}
