import { Args } from '@oclif/core'
import { setUpOf, shellOf, SHELLS, type Shell } from '../completion/scripts.js'
import { ShipitError } from '../errors.js'
import { BaseCommand } from '../ui/base-command.js'
import type { AUTOCOMPLETE } from '../json/account.js'
import type { Json } from '../json/schema.js'

type SetUp = Json<typeof AUTOCOMPLETE>

export default class Autocomplete extends BaseCommand {
  static override json = async () => (await import('../json/account.js')).AUTOCOMPLETE
  static override summary = 'show how to complete commands, flags, apps and dynos by Tab'
  static override description =
    'For bash, zsh, fish and PowerShell. Names of apps, process types, dynos and releases are asked ' +
    'of the platform, and kept for a while: a Tab waits for it 300 ms at most.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> zsh',
    'eval "$(<%= config.bin %> <%= command.id %> script bash)"',
  ]
  static override args = {
    shell: Args.string({
      ignoreStdin: true,
      options: [...SHELLS],
      description: 'shell; without one, that of $SHELL',
    }),
  }

  async run(): Promise<SetUp> {
    const { args } = await this.parse(Autocomplete)
    const shell = (args.shell as Shell | undefined) ?? shellOf(process.env)
    if (shell === undefined)
      throw new ShipitError('usage', {
        message: 'Which shell?',
        why: `$SHELL is ${process.env.SHELL ?? 'not set'}, and commands are completed in ${SHELLS.join(', ')}.`,
        next: `${this.spoken} bash`,
      })
    const { line, file } = setUpOf(shell, this.config.bin)
    this.log(`Put this line into ${file}, and open a new terminal:\n\n  ${line}\n`)
    this.log(`Then: ${this.config.bin} dep<Tab>, ${this.config.bin} logs --app <Tab>`)
    return { shell, line, file }
  }
}
