/** What a verb is told to work on, by a name that may be an app of the ecosystem file. */
import type { Dyno, Formation, PlatformApi } from '../heroku/index.js'
import {
  findNamed,
  ofWholeDynos,
  selectionsOf,
  type Named,
  type NamedInstances,
  type Selection,
} from '../operate/index.js'
import { waitingForFigures } from './missing-figures.js'

interface Targets {
  named: Named
  /** As the platform is told. */
  selections: Selection[]
  /** As far as they were read. */
  formation: Formation[] | undefined
  dynos: Dyno[] | undefined
}

/**
 * Reads a name, and says of an app or an instance which dynos are meant by it: the platform knows
 * no smaller part.
 * @param done what is done to them, such as `restarted`
 * @param check throws if that cannot be done to an app or an instance
 * @throws ShipitError `usage` or `not_found` for a name of nothing
 */
export async function findTargets(
  command: { log(text: string): void },
  api: PlatformApi,
  app: string,
  text: string | undefined,
  done: string,
  check?: (named: NamedInstances) => void,
): Promise<Targets> {
  const { named, formation, dynos } = await findNamed(api, app, text, {
    onFollow: waitingForFigures,
  })
  if (named.kind === 'instances') check?.(named)
  const selections = selectionsOf(named, dynos ?? [], app)
  if (named.kind === 'instances') command.log(ofWholeDynos(named, done))
  return { named, selections, formation, dynos }
}
