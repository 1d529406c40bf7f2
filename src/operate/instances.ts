import { ShipitError } from '../errors.js'
import { getConfigVars, type PlatformApi } from '../heroku/index.js'
import { countInstances } from '../monitor/instance-count.js'
import type { SnapshotOptions } from '../monitor/snapshot.js'

/**
 * The config var that the runtime reads: `api=4,jobs=1`. An app that it does not name follows its
 * ecosystem file.
 */
export const INSTANCES_VAR = 'SHIPIT_INSTANCES'

const MOST = 512

export interface InstancesPlan {
  /** The config var's new value; null removes it. */
  value: string | null
  changes: { app: string; before: number | 'max'; after: number | 'max' }[]
  isChanged: boolean
}

function parseCurrent(text: string | undefined): Map<string, number> {
  const entries = (text ?? '')
    .split(',')
    .map((part) => /^\s*([^=\s]+)\s*=\s*(\d+)\s*$/.exec(part))
    .filter((match) => match !== null)
  return new Map(entries.map(([, app, count]) => [app!, Number(count)]))
}

const wrong = (
  message: string,
  next = 'Write --instances api=4,jobs=1 (a PM2 app’s name and how many processes each dyno runs), ' +
    'or api=max for as many as fit.',
) => new ShipitError('usage', { message, next })

/**
 * Apps of the ecosystem file: those that the config var names, and if these are not all that are
 * asked for, those that the log tells of.
 */
export async function appsKnown(
  api: PlatformApi,
  app: string,
  asked: readonly { type: string }[],
  onFollow: SnapshotOptions['onFollow'],
): Promise<ReadonlySet<string>> {
  const set = new Set<string>(parseCurrent((await getConfigVars(api, app))[INSTANCES_VAR]).keys())
  if (asked.every(({ type }) => set.has(type))) return set
  return new Set([...set, ...(await countInstances(api, app, { onFollow })).keys()])
}

/**
 * Merges `api=4,jobs=max,web+1` into the present value. `max` takes an app's entry out, so that its
 * ecosystem file decides again;
 * `api+5` and `api=+5` alike count from its entry, else from `running`: what its dynos have now.
 * Throws ShipitError `usage`.
 */
export function planInstances(
  current: string | undefined,
  text: string,
  running: ReadonlyMap<string, number> = new Map(),
): InstancesPlan {
  const known = parseCurrent(current)
  const changes: InstancesPlan['changes'] = []
  for (const part of text.split(',').map((piece) => piece.trim())) {
    const [, app, sign, amount] = /^([^\s=,]+?)(=?[+-]|=)(\d+|max)$/.exec(part) ?? []
    const operator = sign?.at(-1)
    if (app === undefined || (amount === 'max' && operator !== '='))
      throw wrong(`${part || 'An empty entry'} is not a number of instances.`)
    if (changes.some((change) => change.app === app)) throw wrong(`${app} is given twice.`)
    const before = known.get(app) ?? (operator === '=' ? 'max' : (running.get(app) ?? 'max'))
    if (operator !== '=' && before === 'max')
      throw wrong(
        `${part} has nothing to count from: neither ${INSTANCES_VAR} nor the log says how ` +
          `many instances ${app} has.`,
        `Give the number itself: --instances ${app}=${amount}`,
      )
    const after =
      amount === 'max'
        ? 'max'
        : operator === '='
          ? Number(amount)
          : Number(before) + (operator === '+' ? 1 : -1) * Number(amount)
    if (after !== 'max' && (after < 1 || after > MOST))
      throw wrong(
        `${app} cannot have ${after} instances.`,
        `From 1 to ${MOST}; to stop an app, scale its process type to 0.`,
      )
    changes.push({ app, before, after })
    if (after === 'max') known.delete(app)
    else known.set(app, after)
  }
  const value =
    known.size > 0 ? [...known].map(([app, count]) => `${app}=${count}`).join(',') : null
  return { value, changes, isChanged: changes.some(({ before, after }) => before !== after) }
}
