import { ShipitError } from '../errors.js'
import { resolveAddon, type Addon, type PlatformApi } from '../heroku/index.js'

/** The one add-on that an app has by a word. Throws ShipitError `usage` if there are several. */
export async function oneAddon(api: PlatformApi, app: string, word: string): Promise<Addon> {
  const found = await resolveAddon(api, app, word)
  if (found.length === 1) return found[0]!
  throw new ShipitError('usage', {
    message: `${app} has ${found.length} add-ons by ${word}.`,
    why: `They are ${found.map(({ name }) => name).join(', ')}.`,
    next: 'Name one of them.',
  })
}
