import { Args, Command, Flags } from '@oclif/core'
import ShipitHelp from '../ui/help.js'

export default class Help extends Command {
  static override description = 'Display help for <%= config.bin %>.'
  static override args = { command: Args.string({ description: 'Command to show help for.', required: false, ignoreStdin: true }) }
  static override flags = { 'nested-commands': Flags.boolean({ char: 'n', description: 'Include all nested commands in the output.' }) }
  static override strict = false

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Help)
    await new ShipitHelp(this.config, { all: flags['nested-commands'] }).showHelp(argv as string[])
  }
}
