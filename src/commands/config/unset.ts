import { ShipitError } from '../../errors.js'
import { BaseCommand } from '../../ui/base-command.js'
import { appFlags } from '../../ui/flags.js'
import { andReleased } from '../../ui/phrases.js'
import type { CONFIG_UNSET } from '../../json/config.js'
import type { Json } from '../../json/schema.js'

type Outcome = Json<typeof CONFIG_UNSET>

export default class ConfigUnset extends BaseCommand {
  static override json = async () => (await import('../../json/config.js')).CONFIG_UNSET
  static override summary = 'remove config vars'
  static override description =
    'In one request, which makes one release and restarts the dynos. `rollback` brings them back.'
  static override examples = ['<%= config.bin %> <%= command.id %> LOG_LEVEL --app myapp']
  static override strict = false
  static override usage = 'config unset NAME...'
  static override flags = { ...appFlags }

  async run(): Promise<Outcome> {
    const { argv, flags } = await this.parse(ConfigUnset)
    const { checkNames } = await import('../../config/index.js')
    const names = checkNames(argv as string[])
    if (names.length === 0)
      throw new ShipitError('usage', {
        message: 'Which config var? Nothing was changed.',
        next: `${this.config.bin} config unset NAME`,
      })
    const app = await this.appName(flags)
    const api = await this.platform(flags)
    const { getConfigVars, releaseConfigVars } = await import('../../heroku/index.js')
    const vars = await getConfigVars(api, app)
    const missing = names.filter((name) => vars[name] === undefined)
    const removed = names.filter((name) => vars[name] !== undefined)
    if (missing.length > 0) this.warn(`${app} has no ${missing.join(', ')}.`)
    if (removed.length === 0) return { app, removed, release: null }
    const { release } = await releaseConfigVars(
      api,
      app,
      Object.fromEntries(removed.map((name) => [name, null])),
    )
    this.log(`Removed ${removed.join(', ')} from ${app}${andReleased(release)}.`)
    await this.tellOfPreboot(api, app, release)
    return { app, removed, release }
  }
}
