import type { Formation } from '../heroku/index.js'

/**
 * What brings up dynos of an app that has none, of one type or of any, as a line that can be typed
 * and that the platform takes: it scales no type that the current release does not have, and
 * nothing before the first deploy. Pure.
 */
export function startAdvice(
  app: string,
  formation: readonly Pick<Formation, 'type' | 'quantity'>[],
  type?: string,
): string {
  const rows = formation.filter(
    (row) => row.type !== 'release' && (type === undefined || row.type === type),
  )
  if (rows.length === 0)
    return `Nothing that could run is deployed yet. Deploy it: shipit deploy --app ${app}`
  const wanted = rows.filter(({ quantity }) => quantity > 0)
  if (wanted.length > 0)
    return (
      `Its formation is ${wanted.map((row) => `${row.type}=${row.quantity}`).join(' ')}: dynos ` +
      `are on their way. Watch them: shipit ps --watch --app ${app}`
    )
  const first = rows.find((row) => row.type === 'web') ?? rows[0]!
  return `Start ${type === undefined ? 'some' : 'one'}: shipit scale ${first.type}=1 --app ${app}`
}
