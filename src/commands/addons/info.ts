import { BaseCommand } from '../../ui/base-command.js'
import { addonArg, appFlags } from '../../ui/flags.js'
import { addonDocument, type ADDON } from '../../json/addons.js'
import type { Json } from '../../json/schema.js'

export default class AddonsInfo extends BaseCommand {
  static override json = async () => (await import('../../json/addons.js')).ADDON
  static override summary = 'show what the platform knows of an add-on'
  static override examples = [
    '<%= config.bin %> <%= command.id %> DATABASE --app myapp',
    '<%= config.bin %> <%= command.id %> redis-round-12345 --json',
  ]
  static override args = {
    addon: addonArg(),
  }
  static override flags = { ...appFlags }

  async run(): Promise<Json<typeof ADDON>> {
    const { args, flags } = await this.parse(AddonsInfo)
    const app = await this.appName(flags)
    const { oneAddon } = await import('../../operate/one-addon.js')
    const addon = await oneAddon(await this.platform(flags), app, args.addon)
    const price = addonDocument(addon).price_cents
    const facts = {
      Plan: addon.plan.name,
      Price: price === null ? 'by contract' : `$${price / 100} a month`,
      State: addon.state,
      'Config vars': addon.config_vars.join(', '),
      App: addon.app.name,
      Created: addon.created_at,
      ...(addon.provision_message ? { Message: addon.provision_message } : {}),
    }
    this.log(`=== ${addon.name}`)
    for (const [name, value] of Object.entries(facts)) this.log(`${`${name}:`.padEnd(13)}${value}`)
    return addonDocument(addon)
  }
}
