import type { Dyno } from '../heroku/index.js'
import type { FormationModel } from './model.js'

/**
 * The dynos that should print figures and whose figures, or some instances of them, the log has not
 * told since they started. One-off dynos print none, and a dyno that is not up has none yet.
 */
export const withoutFigures = (dynos: readonly Dyno[], model: FormationModel): Dyno[] =>
  dynos.filter((dyno) => dyno.state === 'up' && dyno.type !== 'run' && !hasFigures(dyno, model))

function hasFigures({ name, created_at: created }: Dyno, model: FormationModel): boolean {
  const known = model.dynos.get(name)
  const since = Math.floor(Date.parse(created) / 1000) * 1000
  const sampled = [...(known?.instances.values() ?? [])].filter(
    ({ sampledAt }) => sampledAt !== undefined && sampledAt >= since,
  )
  // An older runtime prints a line an instance and not how many there are: a part of them may be
  // all that was seen.
  return known?.expected !== undefined && sampled.length >= known.expected
}
