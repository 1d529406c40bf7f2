import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../ui/base-command.js'
import { appFlags } from '../../ui/flags.js'
import { attachmentDocument, type ATTACHMENT } from '../../json/addons.js'
import type { Json } from '../../json/schema.js'

export default class AddonsAttach extends BaseCommand {
  static override json = async () => (await import('../../json/addons.js')).ATTACHMENT
  static override summary = "attach an add-on, another app's too: its config vars are set"
  static override examples = [
    '<%= config.bin %> <%= command.id %> postgresql-round-12345 --app myapp-worker',
    '<%= config.bin %> <%= command.id %> redis-round-12345 --as SESSIONS --app myapp',
  ]
  static override args = {
    addon: Args.string({ ignoreStdin: true, required: true, description: 'name of the add-on' }),
  }
  static override flags = {
    ...appFlags,
    as: Flags.string({ description: 'name of the attachment', helpValue: 'NAME' }),
    confirm: Flags.string({
      description: "the app's name: an attachment in its way may go",
      helpValue: 'NAME',
    }),
  }

  async run(): Promise<Json<typeof ATTACHMENT>> {
    const { args, flags } = await this.parse(AddonsAttach)
    const app = await this.appName(flags)
    const { attachAddon } = await import('../../heroku/index.js')
    const attachment = await attachAddon(await this.platform(flags), {
      addon: args.addon,
      app,
      ...(flags.as === undefined ? {} : { name: flags.as }),
      ...(flags.confirm === undefined ? {} : { confirm: flags.confirm }),
    })
    this.log(`Attached ${attachment.addon.name} to ${app} as ${attachment.name}`)
    this.suggest(`Undo: ${this.config.bin} addons detach ${attachment.name} --app ${app}`)
    return attachmentDocument(attachment)
  }
}
