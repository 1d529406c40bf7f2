import { BaseCommand } from '../ui/base-command.js'
import { appFlags } from '../ui/flags.js'
import { renderTable } from '../ui/table.js'
import { domainDocument, type DOMAINS } from '../json/app-settings.js'
import type { Json } from '../json/schema.js'

export default class Domains extends BaseCommand {
  static override json = async () => (await import('../json/app-settings.js')).DOMAINS
  static override summary = "list the app's host names, and where their DNS must point"
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --app myapp --json',
  ]
  static override flags = { ...appFlags }

  async run(): Promise<Json<typeof DOMAINS>> {
    const { flags } = await this.parse(Domains)
    const app = await this.appName(flags)
    const { listDomains } = await import('../heroku/index.js')
    const domains = (await listDomains(await this.platform(flags), app)).sort(
      (one, other) =>
        Number(one.kind === 'custom') - Number(other.kind === 'custom') ||
        (one.hostname < other.hostname ? -1 : 1),
    )
    const rows = domains.map(({ hostname, kind, cname, acm_status: certificate }) => [
      hostname,
      kind === 'heroku' ? `of ${app} itself` : (cname ?? ''),
      certificate ?? '',
    ])
    this.log(
      renderTable(['HOST NAME', 'DNS TARGET', 'CERTIFICATE'], rows, {
        width: process.stdout.isTTY ? process.stdout.columns : undefined,
        flexible: 1,
      }),
    )
    if (!domains.some(({ kind }) => kind === 'custom'))
      this.suggest(`Add one: ${this.config.bin} domains add www.example.com --app ${app}`)
    return domains.map(domainDocument)
  }
}
