import { Flags } from '@oclif/core'
import { ShipitError, type ErrorCode } from '../../errors.js'
import { BaseCommand } from '../../ui/base-command.js'

export default class LocalReset extends BaseCommand {
  static override json = async () => (await import('../../json/local.js')).LOCAL_RESET
  static override exitCodes: readonly ErrorCode[] = ['local', 'interrupted']
  static override summary =
    'stop the embedded Heroku and remove all its apps, repositories, builds and logs'
  static override examples = ['<%= config.bin %> <%= command.id %> --yes']
  static override flags = {
    yes: Flags.boolean({ char: 'y', aliases: ['confirm'], description: 'do not ask' }),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(LocalReset)
    const { resetLocal } = await import('../../embedded/daemon/index.js')
    const { foldersOf, stateHome } = await import('../../embedded/daemon/folders.js')
    const home = stateHome()
    const { root } = foldersOf(home)
    if (!flags.yes && !(await this.isConfirmed(root))) {
      this.log('Nothing was removed.')
      return { reset: false, home }
    }
    await resetLocal(home)
    this.log(`Removed ${root}.`)
    return { reset: true, home }
  }

  private async isConfirmed(root: string): Promise<boolean> {
    if (!process.stdin.isTTY || this.jsonEnabled()) {
      throw new ShipitError('usage', {
        message: `This removes every app of the embedded Heroku (${root}).`,
        why: 'There is no terminal to ask on.',
        next: `${this.config.bin} local reset --yes`,
      })
    }
    const { askYesOrNo } = await import('../../ui/ask.js')
    return askYesOrNo(`Remove every app of the embedded Heroku (${root})?`, false)
  }
}
