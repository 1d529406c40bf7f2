import { BaseCommand } from '../../ui/base-command.js'
import { appFlags } from '../../ui/flags.js'
import { renderTable } from '../../ui/table.js'
import type { KEYS_LIST } from '../../json/config.js'
import type { Json } from '../../json/schema.js'

type Outcome = Json<typeof KEYS_LIST>

export default class KeysList extends BaseCommand {
  static override json = async () => (await import('../../json/config.js')).KEYS_LIST
  static override summary = "show which keys of PM2's dashboard the app has"
  static override description =
    'Of a secret only the last four characters are shown, and none of a short one.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --app myapp --json',
  ]
  static override flags = { ...appFlags }

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(KeysList)
    const app = await this.appName(flags)
    const { getConfigVars } = await import('../../heroku/index.js')
    const { KEY_NAMES, shown } = await import('../../config/keys/index.js')
    const vars = await getConfigVars(await this.platform(flags), app)
    const keys = Object.fromEntries(
      KEY_NAMES.map((name) => [name, vars[name] ? shown(name, vars[name]) : null]),
    )
    if (Object.values(keys).every((value) => value === null))
      this.suggest(
        `${app} has none of PM2's keys. Set them: ${this.config.bin} keys set --app ${app}`,
      )
    else
      this.log(
        renderTable(
          ['KEY', 'VALUE'],
          Object.entries(keys).map(([name, value]) => [name, value ?? '(not set)']),
        ),
      )
    return { app, keys }
  }
}
