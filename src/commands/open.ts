import { Args } from '@oclif/core'
import { BaseCommand } from '../ui/base-command.js'
import { appUrl, browse, hasDisplay } from '../ui/browser.js'
import { appFlags } from '../ui/flags.js'

export default class Open extends BaseCommand {
  static override json = async () => (await import('../json/account.js')).OPEN
  static override summary = 'open the app in a browser'
  static override description =
    "Prints the app's URL and opens it. Off a terminal, without a screen and with --json it " +
    'is printed only.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> /healthz --app myapp',
    '<%= config.bin %> <%= command.id %> --json',
  ]
  static override args = {
    path: Args.string({ ignoreStdin: true, description: 'page to open', default: '' }),
  }
  static override flags = { ...appFlags }

  async run(): Promise<{ app: string; url: string; opened: boolean }> {
    const { args, flags } = await this.parse(Open)
    const app = await this.appName(flags)
    const { getApp } = await import('../heroku/index.js')
    const { web_url } = await getApp(await this.platform(flags), app)
    const url = appUrl(app, web_url, args.path)
    this.log(url)
    const opened = !this.jsonEnabled() && hasDisplay()
    if (opened) await browse(url)
    return { app, url, opened }
  }
}
