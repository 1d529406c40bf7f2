import { ShipitError } from '../../errors.js'
import { BaseCommand } from '../../ui/base-command.js'
import { browse, hasDisplay } from '../../ui/browser.js'
import { addonArg, appFlags } from '../../ui/flags.js'
import type { ADDON_OPEN } from '../../json/addons.js'
import type { Json } from '../../json/schema.js'

export default class AddonsOpen extends BaseCommand {
  static override json = async () => (await import('../../json/addons.js')).ADDON_OPEN
  static override summary = "open an add-on's page in a browser"
  static override description =
    'Prints its address too. Off a terminal, without a screen and with --json it is printed only.'
  static override examples = ['<%= config.bin %> <%= command.id %> PAPERTRAIL --app myapp']
  static override args = {
    addon: addonArg(),
  }
  static override flags = { ...appFlags }

  async run(): Promise<Json<typeof ADDON_OPEN>> {
    const { args, flags } = await this.parse(AddonsOpen)
    const app = await this.appName(flags)
    const { oneAddon } = await import('../../operate/one-addon.js')
    const { name, web_url: url } = await oneAddon(await this.platform(flags), app, args.addon)
    if (!url || !/^https?:$/.test(new URL(url).protocol))
      throw new ShipitError('not_found', {
        message: `${name} has no page.`,
        next: `shipit addons info ${name} --app ${app}`,
      })
    this.log(url)
    const opened = !this.jsonEnabled() && hasDisplay()
    if (opened) await browse(url)
    return { addon: name, url, opened }
  }
}
