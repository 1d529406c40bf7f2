import { Args } from '@oclif/core'
import { BaseCommand } from '../ui/base-command.js'
import { appFlags } from '../ui/flags.js'
import type { MAINTENANCE } from '../json/app-settings.js'
import type { Json } from '../json/schema.js'

export default class Maintenance extends BaseCommand {
  static override json = async () => (await import('../json/app-settings.js')).MAINTENANCE
  static override summary = 'show, turn on or turn off maintenance mode'
  static override description =
    "While it is on, Heroku's router answers every request with a page of its own (503, H80). " +
    'Dynos go on running.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> on --app myapp',
    '<%= config.bin %> <%= command.id %> off --app myapp',
  ]
  static override args = {
    state: Args.string({
      ignoreStdin: true,
      options: ['on', 'off'],
      description: 'shows the state when absent',
    }),
  }
  static override flags = { ...appFlags }

  async run(): Promise<Json<typeof MAINTENANCE>> {
    const { args, flags } = await this.parse(Maintenance)
    const app = await this.appName(flags)
    const { getApp, updateApp } = await import('../heroku/index.js')
    const api = await this.platform(flags)
    if (args.state === undefined) {
      const maintenance = Boolean((await getApp(api, app)).maintenance)
      this.log(maintenance ? 'on' : 'off')
      return { app, maintenance }
    }
    const maintenance = args.state === 'on'
    await updateApp(api, app, { maintenance })
    this.log(`Maintenance mode of ${app} is ${args.state}.`)
    if (maintenance) this.suggest(`Back to normal: ${this.config.bin} maintenance off --app ${app}`)
    return { app, maintenance }
  }
}
