import { Args } from '@oclif/core'
import { BaseCommand } from '../../ui/base-command.js'
import { appFlags } from '../../ui/flags.js'
import { domainDocument, type DOMAIN_CHANGED } from '../../json/app-settings.js'
import type { Json } from '../../json/schema.js'

export default class DomainsRemove extends BaseCommand {
  static override json = async () => (await import('../../json/app-settings.js')).DOMAIN_CHANGED
  static override summary = 'remove a host name from the app'
  static override examples = ['<%= config.bin %> <%= command.id %> www.example.com --app myapp']
  static override args = {
    hostname: Args.string({ ignoreStdin: true, required: true, description: 'www.example.com' }),
  }
  static override flags = { ...appFlags }

  async run(): Promise<Json<typeof DOMAIN_CHANGED>> {
    const { args, flags } = await this.parse(DomainsRemove)
    const app = await this.appName(flags)
    const { removeDomain } = await import('../../heroku/index.js')
    const domain = await removeDomain(await this.platform(flags), app, args.hostname)
    this.log(`Removed ${domain.hostname} from ${app}`)
    this.suggest(`Undo: ${this.config.bin} domains add ${domain.hostname} --app ${app}`)
    return { app, domain: domainDocument(domain) }
  }
}
