import path from 'node:path'
import { Flags } from '@oclif/core'
import { BaseCommand } from '../../ui/base-command.js'
import { andReleased } from '../../ui/phrases.js'
import { confirm } from '../../ui/ask.js'
import { appFlags } from '../../ui/flags.js'
import type { CONFIG_PUSH } from '../../json/config.js'
import type { Json } from '../../json/schema.js'
import type { ErrorCode } from '../../errors.js'

type Outcome = Json<typeof CONFIG_PUSH>

export default class ConfigPush extends BaseCommand {
  static override json = async () => (await import('../../json/config.js')).CONFIG_PUSH
  static override exitCodes: readonly ErrorCode[] = ['interrupted', 'project']
  static override summary = "set the app's config vars from a .env file"
  static override description =
    'Shows the names that will be added, changed and, with --prune, removed, and asks. ' +
    'Everything goes in one request, which makes one release and restarts the dynos.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --file .env.production --app myapp',
    '<%= config.bin %> <%= command.id %> --prune --yes',
  ]
  static override flags = {
    ...appFlags,
    file: Flags.string({ description: 'the file', default: '.env', helpValue: 'FILE' }),
    prune: Flags.boolean({ description: 'remove config vars that the file does not have' }),
    yes: Flags.boolean({ char: 'y', description: 'do not ask' }),
  }

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(ConfigPush)
    const { changesBetween, changesTo, countOfVars, readEnvFile, refuseOwnNames } =
      await import('../../config/index.js')
    const wanted = await readEnvFile(path.resolve(flags.file))
    refuseOwnNames(Object.keys(wanted))
    const app = await this.appName(flags)
    const api = await this.platform(flags)
    const { getConfigVars, releaseConfigVars } = await import('../../heroku/index.js')
    const { added, changed, removed, patch } = (flags.prune ? changesBetween : changesTo)(
      await getConfigVars(api, app),
      wanted,
    )
    const outcome = { app, file: flags.file, added, changed, removed }
    if (Object.keys(patch).length === 0) {
      this.log(`Nothing to change: ${app} has all that ${flags.file} holds.`)
      return { ...outcome, release: null }
    }
    for (const [word, names] of Object.entries({ add: added, change: changed, remove: removed }))
      if (names.length > 0) this.log(`${word.padEnd(7)} ${names.join(', ')}`)
    await confirm({
      what: `Change ${app}?`,
      isSure: flags.yes,
      isJson: this.jsonEnabled(),
      next: `${this.config.bin} config push --app ${app} --yes`,
    })
    const { release } = await releaseConfigVars(api, app, patch)
    this.log(`Changed ${countOfVars(patch)} of ${app}${andReleased(release)}.`)
    await this.tellOfPreboot(api, app, release)
    return { ...outcome, release }
  }
}
