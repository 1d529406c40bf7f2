import { ago } from '../ui/phrases.js'
import { BaseCommand } from '../ui/base-command.js'
import { platformFlags } from '../ui/flags.js'
import { renderTable } from '../ui/table.js'
import type { APPS } from '../json/account.js'
import { appDocument } from '../json/platform.js'
import type { Json } from '../json/schema.js'

export default class Apps extends BaseCommand {
  static override json = async () => (await import('../json/account.js')).APPS
  static override summary = 'list the apps that you own or work on'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ]
  static override flags = { ...platformFlags }

  async run(): Promise<Json<typeof APPS>> {
    const { flags } = await this.parse(Apps)
    const api = await this.platform(flags)
    const { listApps } = await import('../heroku/index.js')
    const apps = (await listApps(api)).sort((a, b) => (a.name < b.name ? -1 : 1))
    if (apps.length === 0)
      this.suggest(
        `You have no apps yet. Make the first: ${this.config.bin} deploy --create --app NAME`,
      )
    else {
      const rows = apps.map((app) => [
        app.name,
        app.region.name,
        app.owner.email,
        app.maintenance ? 'maintenance' : '',
        app.released_at ? ago(app.released_at) : 'never',
      ])
      this.log(
        renderTable(['NAME', 'REGION', 'OWNER', 'STATE', 'RELEASED'], rows, {
          width: process.stdout.isTTY ? process.stdout.columns : undefined,
          flexible: 2,
        }),
      )
    }
    return apps.map(appDocument)
  }
}
