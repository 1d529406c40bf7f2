import type { FormationModel } from '../monitor/index.js'
import type { ExceptionDocument } from './wire.js'

/** Of more, the page would be no overview. */
const MOST = 100

/** Errors of one type and place, whichever instances they came from; the newest first. */
export function exceptionGroups(model: FormationModel): ExceptionDocument[] {
  const groups = new Map<string, ExceptionDocument & { first: number; last: number }>()
  for (const dyno of model.dynos.values())
    for (const {
      app,
      instance,
      type,
      message,
      at,
      isUncaught,
      count,
      first,
      last,
    } of dyno.exceptions) {
      const key = JSON.stringify([type, at ?? message, isUncaught])
      const known = groups.get(key)
      const isNewer = known === undefined || last >= known.last
      const firstSeen = Math.min(first, known?.first ?? first)
      const lastSeen = Math.max(last, known?.last ?? last)
      groups.set(key, {
        type,
        message: isNewer ? message : known.message,
        place: at ?? null,
        is_uncaught: isUncaught,
        count: (known?.count ?? 0) + count,
        instances: [...(known?.instances ?? []), `${dyno.name} ${app}:${instance}`],
        first_at: new Date(firstSeen).toISOString(),
        last_at: new Date(lastSeen).toISOString(),
        first: firstSeen,
        last: lastSeen,
      })
    }
  return [...groups.values()]
    .sort((one, other) => other.last - one.last)
    .slice(0, MOST)
    .map(({ first: _first, last: _last, ...group }) => ({
      ...group,
      instances: group.instances.sort(),
    }))
}
