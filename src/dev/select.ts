import type { DevInstance } from '../runtime/dev-protocol.js'
import { ShipitError } from '../errors.js'
import { unknownName } from '../lib/nearest.js'

type Named = Pick<DevInstance, 'app' | 'instance' | 'pmId'>

const idOf = ({ app, instance }: Named) => `${app}:${instance}`

/**
 * The instances that a name means: `all`, an app, `app:instance`, or PM2's id, as the session
 * itself reads it. Throws ShipitError `not_found`.
 */
export function matchingInstances<T extends Named>(instances: readonly T[], name: string): T[] {
  if (name === 'all') return [...instances]
  const ways: ((one: Named) => boolean)[] = [
    ({ app }) => app === name,
    (one) => idOf(one) === name,
    ({ pmId }) => String(pmId) === name,
  ]
  const found = ways.map((way) => instances.filter(way)).find((some) => some.length > 0)
  if (found) return found
  throw new ShipitError(
    'not_found',
    unknownName('app', name, [...new Set(instances.flatMap((one) => [one.app, idOf(one)]))]),
  )
}
