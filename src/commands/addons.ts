import { BaseCommand } from '../ui/base-command.js'
import { appFlags } from '../ui/flags.js'
import { renderTable } from '../ui/table.js'
import { addonDocument, type ADDONS } from '../json/addons.js'
import type { Json } from '../json/schema.js'

export default class Addons extends BaseCommand {
  static override json = async () => (await import('../json/addons.js')).ADDONS
  static override summary = "list the app's add-ons: databases, Redis and other services"
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --app myapp --json',
  ]
  static override flags = { ...appFlags }

  async run(): Promise<Json<typeof ADDONS>> {
    const { flags } = await this.parse(Addons)
    const app = await this.appName(flags)
    const { listAddons, listAttachments } = await import('../heroku/index.js')
    const api = await this.platform(flags)
    const [addons, attachments] = await Promise.all([
      listAddons(api, app),
      listAttachments(api, app),
    ])
    addons.sort((one, other) => (one.name < other.name ? -1 : 1))
    const rows = addons.map(({ id, name, plan, state, app: owner }) => [
      name,
      plan.name,
      attachments
        .filter(({ addon }) => addon.id === id)
        .map((one) => one.name)
        .join(', '),
      state,
      owner.name === app ? '' : owner.name,
    ])
    if (rows.length === 0)
      this.suggest(
        `${app} has no add-ons. Create one: ` +
          `${this.config.bin} addons create heroku-postgresql --app ${app}`,
      )
    else this.log(renderTable(['ADD-ON', 'PLAN', 'AS', 'STATE', 'OF'], rows))
    return addons.map(addonDocument)
  }
}
