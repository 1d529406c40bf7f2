import { Args, Command, Flags } from '@oclif/core'
import { ShipitError } from '../errors.js'
import { writeOut } from '../lib/terminal.js'
import ShipitHelp from '../ui/help.js'
import { printError } from '../ui/print-error.js'

export default class Help extends Command {
  static override summary = 'show the help of a command'
  static override description =
    '`help json` tells what --json prints, and `help json COMMAND` prints its JSON Schema.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> deploy',
    '<%= config.bin %> <%= command.id %> json',
    '<%= config.bin %> <%= command.id %> json config set',
  ]
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
    const words = argv as string[]
    if (words[0] === 'json') return this.json(words.slice(1))
    await new ShipitHelp(this.config, { all: flags['nested-commands'] }).showHelp(words)
  }

  private async json(words: string[]): Promise<void> {
    const { jsonHelp, jsonSchemaOf } = await import('../json/help.js')
    if (words.length === 0) return void writeOut(`${jsonHelp(this.config.bin)}\n`)
    try {
      writeOut(`${JSON.stringify(jsonSchemaOf(words, this.config.bin), null, 2)}\n`)
    } catch (error) {
      const known = ShipitError.from(error)
      printError(known)
      this.exit(known.exitCode)
    }
  }
}
