import { Flags } from '@oclif/core'
import { ShipitError } from '../errors.js'
import { BaseCommand } from '../ui/base-command.js'
import { platformFlags } from '../ui/platform-flags.js'

export default class Destroy extends BaseCommand {
  /** PM2's words. */
  static override aliases = ['delete']
  static override summary = 'delete an app for good: dynos, releases and config vars'
  static override description = 'Asks for the name of the app to be typed. In scripts, give it with --confirm.'
  static override flags = {
    ...platformFlags,
    app: Flags.string({ char: 'a', description: 'the app; never guessed from the folder', helpValue: 'NAME', required: true }),
    confirm: Flags.string({ description: 'the name of the app once more, instead of being asked', helpValue: 'NAME' }),
  }
  static override examples = ['<%= config.bin %> destroy --app myapp', '<%= config.bin %> destroy --app myapp --confirm myapp']

  async run(): Promise<{ app: string; destroyed: true }> {
    const { flags } = await this.parse(Destroy)
    const { app } = flags
    const heroku = await import('../heroku/index.js')
    const api = await this.platform(flags)
    await heroku.getApp(api, app)
    if ((flags.confirm ?? await this.ask(app)) !== app) {
      throw new ShipitError('usage', { message: `${app} was not destroyed: the name does not match.`, next: `Type ${app}, or give --confirm ${app}.` })
    }
    await heroku.destroyApp(api, app)
    this.log(`Destroyed ${app}`)
    return { app, destroyed: true }
  }

  private async ask(app: string): Promise<string> {
    if (!process.stdin.isTTY || this.jsonEnabled()) {
      throw new ShipitError('usage', { message: `${app} was not destroyed: its name must be confirmed.`, next: `${this.config.bin} destroy --app ${app} --confirm ${app}` })
    }
    const { askText } = await import('../ui/ask.js')
    return askText(`This deletes ${app} for good. Type its name to go on:`)
  }
}
