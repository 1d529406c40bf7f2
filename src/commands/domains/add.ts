import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../ui/base-command.js'
import { appFlags } from '../../ui/flags.js'
import { domainDocument, type DOMAIN_CHANGED } from '../../json/app-settings.js'
import type { Json } from '../../json/schema.js'

export default class DomainsAdd extends BaseCommand {
  static override json = async () => (await import('../../json/app-settings.js')).DOMAIN_CHANGED
  static override summary = 'add a host name to the app'
  static override description =
    'Prints the DNS target: a CNAME (or ALIAS, ANAME) record of the host name must lead there.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> www.example.com --app myapp',
    '<%= config.bin %> <%= command.id %> "*.example.com" --cert tyrannosaurus-1234',
  ]
  static override args = {
    hostname: Args.string({ ignoreStdin: true, required: true, description: 'www.example.com' }),
  }
  static override flags = {
    ...appFlags,
    cert: Flags.string({
      char: 'c',
      description: 'certificate (SNI endpoint) to bind it to, by name or id',
      helpValue: 'NAME',
    }),
  }

  async run(): Promise<Json<typeof DOMAIN_CHANGED>> {
    const { args, flags } = await this.parse(DomainsAdd)
    const app = await this.appName(flags)
    const { addDomain } = await import('../../heroku/index.js')
    const domain = await addDomain(await this.platform(flags), app, args.hostname, flags.cert)
    this.log(`Added ${domain.hostname} to ${app}`)
    if (domain.cname) this.log(`Point its DNS there: ${domain.hostname} CNAME ${domain.cname}`)
    return { app, domain: domainDocument(domain) }
  }
}
