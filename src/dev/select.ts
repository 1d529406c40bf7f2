import { ShipitError } from '../errors.js'
import { unknownName } from '../lib/nearest.js'
import type { DevInstance } from '../runtime/dev-protocol.js'
import type { DevClient } from './client.js'

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

/**
 * The session that a name is of, where several run in one folder. Throws ShipitError `usage` if it
 * is of several, `not_found` if of none; without a name `all` is meant.
 */
export async function chooseSession(
  clients: readonly DevClient[],
  named?: string,
): Promise<DevClient> {
  const name = named ?? 'all'
  const [only] = clients
  if (clients.length === 1) return only!
  const looks = await Promise.all(
    clients.map(async (client) => ({ client, instances: (await client.look()).instances })),
  )
  const knows = looks.filter(
    ({ instances }) =>
      name === 'all' ||
      instances.some((one) =>
        [one.app, `${one.app}:${one.instance}`, String(one.pmId)].includes(name),
      ),
  )
  if (knows.length === 1) return knows[0]!.client
  const apps = looks
    .map(
      ({ client, instances }) =>
        `${[...new Set(instances.map(({ app }) => app))].join(', ')} (pid ${client.running.pid})`,
    )
    .join('; ')
  if (knows.length === 0)
    matchingInstances(
      looks.flatMap(({ instances }) => instances),
      name,
    )
  throw new ShipitError('usage', {
    message:
      `${clients.length} \`shipit dev\` run in this ` +
      `folder${named === undefined ? '' : `, and ${named} is of more than one`}.`,
    why: apps,
    next: 'Name an app that only one of them runs.',
  })
}
