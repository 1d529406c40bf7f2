import { Args, Flags } from '@oclif/core'
import { ShipitError, type ErrorCode } from '../errors.js'
import { BaseCommand } from '../ui/base-command.js'
import { destroyApp, destroyFlags, type Destroyed } from '../ui/destroy.js'

export default class Destroy extends BaseCommand {
  static override json = async () => (await import('../json/account.js')).DESTROYED
  static override exitCodes: readonly ErrorCode[] = ['interrupted']
  static override summary = 'delete an app for good: dynos, releases and config vars'
  static override description =
    'Asks for the name of the app to be typed. In scripts, give it with --confirm.'
  static override args = {
    app: Args.string({ ignoreStdin: true, description: 'the app, in place of --app' }),
  }
  static override flags = {
    ...destroyFlags,
    app: Flags.string({
      char: 'a',
      description: 'the app; never guessed from the folder',
      helpValue: 'NAME',
    }),
  }
  static override examples = [
    '<%= config.bin %> destroy --app myapp',
    '<%= config.bin %> destroy --app myapp --confirm myapp',
  ]

  async run(): Promise<Destroyed> {
    const { args, flags } = await this.parse(Destroy)
    const app = args.app ?? flags.app
    if (app === undefined || (flags.app !== undefined && flags.app !== app))
      throw new ShipitError('usage', {
        message: app === undefined ? 'Destroy which app?' : `Destroy ${app}, or ${flags.app}?`,
        next: `${this.spoken} --app NAME`,
      })
    return destroyApp(this, await this.platform(flags), app, flags.confirm)
  }
}
