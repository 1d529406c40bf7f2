import { askHidden } from '../../ui/ask.js'
import { BaseCommand } from '../../ui/base-command.js'
import { appFlags } from '../../ui/flags.js'
import { andReleased } from '../../ui/phrases.js'
import type { CONFIG_SET } from '../../json/config.js'
import type { Json } from '../../json/schema.js'
import type { ErrorCode } from '../../errors.js'

type Outcome = Json<typeof CONFIG_SET>

export default class ConfigSet extends BaseCommand {
  static override json = async () => (await import('../../json/config.js')).CONFIG_SET
  static override exitCodes: readonly ErrorCode[] = ['interrupted']
  static override summary = 'set config vars'
  static override description =
    'NAME=value for what everybody may see. A secret is typed where nobody sees it, or piped ' +
    'in: NAME alone asks for its value on a terminal, and reads it from stdin otherwise; ' +
    'without names, stdin holds NAME=value lines, as a .env file does. What looks like a secret ' +
    'is refused as an argument, where every user of the machine could read it. Only what ' +
    'differs is sent, in one request, which makes one release and restarts the dynos.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> LOG_LEVEL=debug NODE_OPTIONS=--trace-warnings',
    '<%= config.bin %> <%= command.id %> STRIPE_KEY',
    '$ pass show stripe | <%= config.bin %> <%= command.id %> STRIPE_KEY --app myapp',
    '<%= config.bin %> <%= command.id %> --app myapp < .env.production',
  ]
  static override strict = false
  static override usage = 'config set [NAME[=VALUE]...]'
  static override flags = { ...appFlags }

  async run(): Promise<Outcome> {
    const vars = await import('../../config/index.js')
    const { argv, flags } = await this.parse(ConfigSet)
    const wanted = await vars.readVars(await vars.parseAssignments(argv as string[]), {
      stdin: process.stdin,
      ask: askHidden,
    })
    const app = await this.appName(flags)
    const api = await this.platform(flags)
    const { getConfigVars, releaseConfigVars } = await import('../../heroku/index.js')
    const { added, changed, patch } = vars.changesTo(await getConfigVars(api, app), wanted)
    if (added.length + changed.length === 0) {
      this.log(
        `Nothing to change: ${app} has ` +
          `${Object.keys(wanted).length === 1 ? 'this value' : 'these values'} already.`,
      )
      return { app, added, changed, release: null }
    }
    const { release } = await releaseConfigVars(api, app, patch)
    this.log(`Set ${[...added, ...changed].sort().join(', ')} on ${app}${andReleased(release)}.`)
    await this.tellOfPreboot(api, app, release)
    return { app, added, changed, release }
  }
}
