import { BaseCommand } from '../ui/base-command.js'
import { renderDynos } from '../ui/dynos.js'
import type { Dyno } from '../heroku/index.js'

export default class Ps extends BaseCommand {
  static override summary = 'list the app\'s dynos'
  static override description = 'Dynos by process type, with their size, state, since when, and the release that they run.'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --app myapp --json']
  static override flags = { ...BaseCommand.appFlags }

  async run(): Promise<Dyno[]> {
    const { flags } = await this.parse(Ps)
    const app = await this.appName(flags)
    const { byTypeAndNumber, listDynos } = await import('../heroku/index.js')
    const dynos = (await listDynos(await this.platform(flags), app)).sort(byTypeAndNumber)
    if (dynos.length > 0) this.log(renderDynos(dynos))
    else this.suggest(`${app} has no dynos. Start some: ${this.config.bin} scale web=1 --app ${app}`)
    return dynos
  }
}
