import { Args } from '@oclif/core'
import { scriptFor, SHELLS, type Shell } from '../../completion/scripts.js'
import { writeOut } from '../../lib/terminal.js'
import { BaseCommand } from '../../ui/base-command.js'

export default class AutocompleteScript extends BaseCommand {
  static override enableJsonFlag = false
  static override baseFlags = {}
  static override summary = "print the script that a shell's start file runs"
  static override examples = ['eval "$(<%= config.bin %> <%= command.id %> bash)"']
  static override args = {
    shell: Args.string({ ignoreStdin: true, required: true, options: [...SHELLS] }),
  }

  async run(): Promise<void> {
    const { args } = await this.parse(AutocompleteScript)
    writeOut(scriptFor(args.shell as Shell, this.config.bin))
  }
}
