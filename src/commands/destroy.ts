import { Flags } from '@oclif/core'
import { BaseCommand } from '../ui/base-command.js'
import { destroyApp, destroyFlags, type Destroyed } from '../ui/destroy.js'

export default class Destroy extends BaseCommand {
  static override summary = 'delete an app for good: dynos, releases and config vars'
  static override description =
    'Asks for the name of the app to be typed. In scripts, give it with --confirm.'
  static override flags = {
    ...destroyFlags,
    app: Flags.string({
      char: 'a',
      description: 'the app; never guessed from the folder',
      helpValue: 'NAME',
      required: true,
    }),
  }
  static override examples = [
    '<%= config.bin %> destroy --app myapp',
    '<%= config.bin %> destroy --app myapp --confirm myapp',
  ]

  async run(): Promise<Destroyed> {
    const { flags } = await this.parse(Destroy)
    return destroyApp(this, await this.platform(flags), flags.app, flags.confirm)
  }
}
