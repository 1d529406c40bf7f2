import { Args, Command, Flags } from '@oclif/core'
import ShipitHelp from '../ui/help.js'

export default class Help extends Command {
  static override summary = 'show the help of a command'
  static override args = {
    command: Args.string({
      description: 'the command; all of them when absent',
      required: false,
      ignoreStdin: true,
    }),
  }
  static override flags = {
    'nested-commands': Flags.boolean({ char: 'n', description: 'commands of the topics too' }),
  }
  static override strict = false

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Help)
    await new ShipitHelp(this.config, { all: flags['nested-commands'] }).showHelp(argv as string[])
  }
}
