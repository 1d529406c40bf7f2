import { Command } from '@oclif/core'

/** What a command leaves behind once a day, to know of a new version by the next. */
export default class UpdateCheck extends Command {
  static override hidden = true
  static override summary = "ask npm's registry for a new version of shipit"

  async run(): Promise<void> {
    const [{ checkForUpdate }, { stateHome }] = await Promise.all([
      import('../update/check.js'),
      import('../embedded/daemon/folders.js'),
    ])
    await checkForUpdate(stateHome(), this.config.pjson.name)
  }
}
