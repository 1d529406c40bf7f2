import { ShipitError } from '../../errors.js'
import { BaseCommand } from '../../ui/base-command.js'
import { appFlags } from '../../ui/flags.js'
import type { CONFIG_GET } from '../../json/config.js'
import type { Json } from '../../json/schema.js'

type Outcome = Json<typeof CONFIG_GET>

export default class ConfigGet extends BaseCommand {
  static override json = async () => (await import('../../json/config.js')).CONFIG_GET
  static override summary = 'print the value of config vars'
  static override description =
    'The value alone, a line each, secrets as well: for scripts. On a terminal, what would ' +
    'steer it is left out.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> DATABASE_URL --app myapp',
    '$ psql "$(<%= config.bin %> <%= command.id %> DATABASE_URL)"',
  ]
  static override strict = false
  static override usage = 'config get NAME...'
  static override flags = { ...appFlags }

  async run(): Promise<Outcome> {
    const { argv, flags } = await this.parse(ConfigGet)
    const { checkNames } = await import('../../config/index.js')
    const names = checkNames(argv as string[])
    if (names.length === 0)
      throw new ShipitError('usage', {
        message: 'Which config var?',
        next: `${this.config.bin} config get NAME`,
      })
    const app = await this.appName(flags)
    const { getConfigVars } = await import('../../heroku/index.js')
    const { printable } = await import('../../ui/printable.js')
    const vars = await getConfigVars(await this.platform(flags), app)
    const missing = names.filter((name) => vars[name] === undefined)
    if (missing.length > 0) {
      const { nearest } = await import('../../lib/nearest.js')
      const guess = nearest(missing[0]!, Object.keys(vars))
      throw new ShipitError('not_found', {
        message: `${app} has no config var ${missing.join(', ')}.`,
        ...(guess === undefined ? {} : { why: `Did you mean ${guess}?` }),
        next: `${this.config.bin} config --app ${app}`,
      })
    }
    for (const name of names) this.log(process.stdout.isTTY ? printable(vars[name]!) : vars[name]!)
    return { app, config: Object.fromEntries(names.map((name) => [name, vars[name]!])) }
  }
}
