import { Args, Command, Flags } from '@oclif/core'
import { writeOut } from '../lib/terminal.js'
import type { BaseCommand } from '../ui/base-command.js'
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
    const { ERROR, jsonHelp, jsonSchema, noSchema } = await import('../json/help.js')
    const { bin } = this.config
    const reporting = this.config.commands.filter(({ enableJsonFlag }) => enableJsonFlag)
    // Each command once, by its own name.
    const ids = [...new Set(reporting.map(({ id }) => id))]
      .filter((id) => !reporting.some(({ aliases }) => aliases.includes(id)))
      .sort()
    if (words.length === 0) return void writeOut(`${jsonHelp(bin, ids)}\n`)
    const id = words.join(':').replaceAll(' ', ':')
    const command = (await this.config.findCommand(id)?.load()) as typeof BaseCommand | undefined
    const schema = id === 'error' ? ERROR : await command?.json?.()
    if (schema) return void writeOut(`${JSON.stringify(jsonSchema(id, schema, bin), null, 2)}\n`)
    const error = noSchema(id, ids, bin)
    printError(error)
    this.exit(error.exitCode)
  }
}
