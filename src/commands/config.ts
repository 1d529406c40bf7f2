import { Flags } from '@oclif/core'
import { BaseCommand } from '../ui/base-command.js'
import { appFlags } from '../ui/flags.js'
import { renderTable } from '../ui/table.js'
import { writeData } from '../lib/terminal.js'
import type { CONFIG } from '../json/config.js'
import type { Json } from '../json/schema.js'

type Outcome = Json<typeof CONFIG>

export default class Config extends BaseCommand {
  static override json = async () => (await import('../json/config.js')).CONFIG
  static override summary = "list the app's config vars"
  static override description =
    'Values that look like secrets (by their name, or a URL with a password) are masked: a ' +
    'terminal is shared, recorded and scrolled. --reveal shows all of them.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --reveal --app myapp',
    '<%= config.bin %> <%= command.id %> --shell > .env',
  ]
  static override flags = {
    ...appFlags,
    reveal: Flags.boolean({ description: 'show secrets too' }),
    shell: Flags.boolean({
      char: 's',
      description: 'all of them as the lines of a .env file',
      exclusive: ['json'],
    }),
  }

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(Config)
    const app = await this.appName(flags)
    const { getConfigVars } = await import('../heroku/index.js')
    const { renderDotenv, shownVars, unreadByShells } = await import('../config/index.js')
    const vars = await getConfigVars(await this.platform(flags), app)
    const { shown, hidden } = await shownVars(vars)
    if (flags.shell) {
      writeData(renderDotenv(vars))
      const unread = unreadByShells(vars)
      if (unread.length > 0)
        this.warn(
          `dotenv reads the ${unread.length === 1 ? 'line' : 'lines'} of ${unread.join(', ')}, a ` +
            'shell would run a part of what stands there: do not `source` or `eval` it.',
        )
    } else if (Object.keys(vars).length === 0)
      this.suggest(
        `${app} has no config vars. Set one: ${this.config.bin} config set NAME=value --app ${app}`,
      )
    else {
      const rows = Object.entries(flags.reveal ? vars : shown).map(([name, value]) => [name, value])
      this.log(
        renderTable(
          ['NAME', 'VALUE'],
          flags.reveal ? rows.sort(([a], [b]) => (a! < b! ? -1 : 1)) : rows,
        ),
      )
      if (hidden.length > 0 && !flags.reveal && process.stdout.isTTY)
        this.logToStderr(`${hidden.length} masked. --reveal shows all.`)
    }
    return { app, config: flags.reveal ? vars : shown, masked: flags.reveal ? [] : hidden }
  }
}
