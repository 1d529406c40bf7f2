import { BaseCommand } from '../../ui/base-command.js'
import type { ErrorCode } from '../../errors.js'

export default class LocalStop extends BaseCommand {
  static override json = async () => (await import('../../json/local.js')).LOCAL_STOP
  static override exitCodes: readonly ErrorCode[] = ['local']
  static override summary =
    'stop the embedded Heroku and its dynos; apps, releases and config vars stay'
  static override examples = ['<%= config.bin %> <%= command.id %>']

  async run(): Promise<object> {
    await this.parse(LocalStop)
    const { stopLocal } = await import('../../embedded/daemon/index.js')
    const stopped = await stopLocal()
    this.log(stopped ? 'The embedded Heroku has stopped.' : 'The embedded Heroku was not running.')
    return { stopped }
  }
}
