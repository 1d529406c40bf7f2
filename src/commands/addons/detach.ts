import { Args } from '@oclif/core'
import { BaseCommand } from '../../ui/base-command.js'
import { appFlags } from '../../ui/flags.js'
import { attachmentDocument, type ATTACHMENT } from '../../json/addons.js'
import type { Json } from '../../json/schema.js'

export default class AddonsDetach extends BaseCommand {
  static override json = async () => (await import('../../json/addons.js')).ATTACHMENT
  static override summary = 'detach an add-on from the app: its config vars are removed'
  static override examples = ['<%= config.bin %> <%= command.id %> SESSIONS --app myapp']
  static override args = {
    attachment: Args.string({
      ignoreStdin: true,
      required: true,
      description: 'name of the attachment, such as DATABASE',
    }),
  }
  static override flags = { ...appFlags }

  async run(): Promise<Json<typeof ATTACHMENT>> {
    const { args, flags } = await this.parse(AddonsDetach)
    const app = await this.appName(flags)
    const api = await this.platform(flags)
    const { detachAddon, getAttachment } = await import('../../heroku/index.js')
    const attachment = await getAttachment(api, app, args.attachment)
    await detachAddon(api, attachment.id)
    const { name, addon } = attachment
    this.log(`Detached ${addon.name} (${name}) from ${app}`)
    this.suggest(`Undo: ${this.config.bin} addons attach ${addon.name} --as ${name} --app ${app}`)
    return attachmentDocument(attachment)
  }
}
