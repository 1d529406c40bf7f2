import { BaseCommand } from '../../ui/base-command.js'
import { appFlags } from '../../ui/flags.js'
import { andReleased } from '../../ui/phrases.js'
import type { KEYS_UNSET } from '../../json/config.js'
import type { Json } from '../../json/schema.js'

type Outcome = Json<typeof KEYS_UNSET>

export default class KeysUnset extends BaseCommand {
  static override json = async () => (await import('../../json/config.js')).KEYS_UNSET
  static override summary = "remove the keys of PM2's dashboard from the app's config vars"
  static override description =
    'Without names all three are removed, in one request, which makes one release. The ' +
    "dashboard's agent no longer starts then."
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> PM2_MACHINE_NAME --app myapp',
  ]
  static override strict = false
  static override usage = 'keys unset [NAME...]'
  static override flags = { ...appFlags }

  async run(): Promise<Outcome> {
    const { argv, flags } = await this.parse(KeysUnset)
    const { KEY_NAMES, namesFrom, planUnset } = await import('../../config/keys/index.js')
    const named = namesFrom(argv as string[])
    const app = await this.appName(flags)
    const api = await this.platform(flags)
    const { getConfigVars, releaseConfigVars } = await import('../../heroku/index.js')
    const changes = planUnset(await getConfigVars(api, app), named.length > 0 ? named : KEY_NAMES)
    const removed = Object.keys(changes)
    if (removed.length === 0) {
      this.log(`Nothing to remove: ${app} has none of these keys.`)
      return { app, removed, release: null }
    }
    const { release } = await releaseConfigVars(api, app, changes as Record<string, null>)
    this.log(`Removed ${removed.join(', ')} from ${app}${andReleased(release)}.`)
    await this.tellOfPreboot(api, app, release)
    return { app, removed, release }
  }
}
