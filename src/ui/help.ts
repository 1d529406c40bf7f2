import { CommandHelp, Help } from '@oclif/core'
import { EXIT_CODES, type ErrorCode } from '../errors.js'
import { exitCodeRows, exitCodesOf } from './exit-codes.js'

/** Columns before what stands below a heading. */
const INDENT = 2

/** A command's help: its summary stands above all, and not a second time over its description. */
class ShipitCommandHelp extends CommandHelp {
  protected override description(): string | undefined {
    const { description } = this.command
    return description === undefined ? undefined : this.wrap(description)
  }

  /** With the exit codes of a command that has more than success, misuse and our own errors. */
  protected override sections() {
    const codes = exitCodesOf(this.command)
    return codes.length < 3
      ? super.sections()
      : [
          ...super.sections(),
          {
            header: 'EXIT CODES',
            generate: () => exitCodeRows(codes, this.opts.maxWidth - INDENT),
          },
        ]
  }
}

/** oclif's help, with the table of exit codes below the list of commands. */
export default class ShipitHelp extends Help {
  protected override CommandHelpClass = ShipitCommandHelp

  override async showHelp(argv: string[]): Promise<void> {
    const words = argv.filter((arg) => !arg.startsWith('-'))
    const id = words.slice(0, 2).join(':')
    const isKnown =
      words.length === 0 ||
      this.config.findCommand(words[0]!) ||
      (words.length === 1 ? this.config.findTopic(words[0]!) : this.config.findCommand(id))
    if (!isKnown) return void (await this.config.runCommand(id, argv))
    await super.showHelp(argv)
  }

  /** What `sortedCommands` found: the help of all asks for it once a topic. */
  #sortedCommands: Help['sortedCommands'] | undefined

  /** Without those that are another name of one: its own help tells them. */
  protected override get sortedCommands() {
    this.#sortedCommands ??= super.sortedCommands.filter(
      ({ id, aliases }) => !aliases?.includes(id),
    )
    return this.#sortedCommands
  }

  protected override get sortedTopics() {
    return super.sortedTopics.filter(({ name }) =>
      this.sortedCommands.some(({ id }) => id.startsWith(`${name}:`)),
    )
  }

  protected override async showRootHelp(): Promise<void> {
    await super.showRootHelp()
    const rows = exitCodeRows(Object.keys(EXIT_CODES) as ErrorCode[], this.opts.maxWidth - INDENT)
    this.log(`EXIT CODES\n${rows.replace(/^/gm, '  ')}`)
  }
}
