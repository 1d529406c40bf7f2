import { Args, Flags } from '@oclif/core'
import { ShipitError, type ErrorCode } from '../../errors.js'
import { BaseCommand } from '../../ui/base-command.js'
import { appFlags } from '../../ui/flags.js'
import { addonDocument, type ADDON } from '../../json/addons.js'
import type { Json } from '../../json/schema.js'

export default class AddonsDestroy extends BaseCommand {
  static override json = async () => (await import('../../json/addons.js')).ADDON
  static override exitCodes: readonly ErrorCode[] = ['interrupted']
  static override summary = 'delete an add-on for good, with all of its data'
  static override description =
    'Asks for the name of the add-on to be typed. In scripts, give it with --confirm.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> redis-round-12345 --confirm redis-round-12345',
  ]
  static override args = {
    addon: Args.string({ ignoreStdin: true, required: true, description: 'its name' }),
  }
  static override flags = {
    ...appFlags,
    confirm: Flags.string({
      description: 'the name of the add-on once more, instead of being asked',
      helpValue: 'NAME',
    }),
  }

  async run(): Promise<Json<typeof ADDON>> {
    const { args, flags } = await this.parse(AddonsDestroy)
    const app = await this.appName(flags)
    const api = await this.platform(flags)
    const { oneAddon } = await import('../../operate/one-addon.js')
    const addon = await oneAddon(api, app, args.addon)
    const typed = flags.confirm ?? (await this.ask(addon.name, app))
    if (typed !== addon.name)
      throw new ShipitError('usage', {
        message: `${addon.name} was not destroyed: the name does not match.`,
        next: `Type ${addon.name}, or give --confirm ${addon.name}.`,
      })
    const { destroyAddon } = await import('../../heroku/index.js')
    await destroyAddon(api, addon.app.name, addon.id)
    this.log(`Destroyed ${addon.name}`)
    return { ...addonDocument(addon), state: 'deprovisioned', config_vars: [] }
  }

  private async ask(name: string, app: string): Promise<string> {
    if (!process.stdin.isTTY || this.jsonEnabled())
      throw new ShipitError('usage', {
        message: `${name} was not destroyed: its name must be confirmed.`,
        next: `shipit addons destroy ${name} --app ${app} --confirm ${name}`,
      })
    const { askText } = await import('../../ui/ask.js')
    return askText(`This deletes ${name} and its data for good. Type its name to go on:`)
  }
}
