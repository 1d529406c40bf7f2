import { Flags } from '@oclif/core'
import { askHidden, askText } from '../../ui/ask.js'
import { BaseCommand } from '../../ui/base-command.js'
import { appFlags } from '../../ui/flags.js'
import { andReleased } from '../../ui/phrases.js'
import { ShipitError, type ErrorCode } from '../../errors.js'
import type { KeyName } from '../../config/keys/index.js'
import type { KEYS_SET } from '../../json/config.js'
import type { Json } from '../../json/schema.js'

type Outcome = Json<typeof KEYS_SET>

export default class KeysSet extends BaseCommand {
  static override json = async () => (await import('../../json/config.js')).KEYS_SET
  static override exitCodes: readonly ErrorCode[] = ['interrupted']
  static override summary = "store the keys of PM2's dashboard in the app's config vars"
  static override description =
    "The keys are on PM2's dashboard (https://app.pm2.io): your bucket, Connect. " +
    'PM2_PUBLIC_KEY, PM2_SECRET_KEY and, if you like, PM2_MACHINE_NAME. On a terminal they are ' +
    'asked for without being shown; otherwise they are read from stdin as KEY=value lines ' +
    '(quotes, "export" and comments are understood), or from the environment where stdin is ' +
    'empty. They are never taken from the command line, where every user of the machine could ' +
    'read them. One request sets what differs, and makes one release.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --app myapp < keys.env',
    '$ pass show pm2/myapp | <%= config.bin %> <%= command.id %> --app myapp --json',
    '<%= config.bin %> <%= command.id %> PM2_SECRET_KEY',
  ]
  static override strict = false
  static override usage = 'keys set [NAME...]'
  static override flags = {
    ...appFlags,
    open: Flags.boolean({ description: 'open the page that has the keys in a browser first' }),
  }

  async run(): Promise<Outcome> {
    const keys = await import('../../config/keys/index.js')
    // Before the parser sees them: its own complaint would repeat an unknown --flag=value.
    keys.namesFrom(this.argv.filter((arg) => arg.includes('=') && !/^(--app|-a)=/.test(arg)))
    const { argv, flags } = await this.parse(KeysSet)
    const names = keys.namesFrom(argv as string[])
    if (process.stdin.isTTY && !this.jsonEnabled()) await this.tellWhere(flags.open)
    const wanted = await keys.readKeys({ stdin: process.stdin, env: process.env, ask }, names)
    if (Object.keys(wanted).length === 0) {
      throw new ShipitError('usage', {
        message: 'No keys were given. Nothing was changed.',
        why: `Neither stdin nor the environment holds one. ${KEYS_ARE_IN}`,
        next: `Pipe KEY=value lines in, with ${keys.KEY_NAMES.join(', ')}, or run it on a terminal.`,
      })
    }
    keys.checkKeys(wanted)

    const app = await this.appName(flags)
    const api = await this.platform(flags)
    const { getConfigVars, releaseConfigVars } = await import('../../heroku/index.js')
    const current = await getConfigVars(api, app)
    keys.checkKeys(wanted, current)
    const changes = keys.planSet(current, wanted)
    const changed = Object.keys(changes)
    if (changed.length === 0) {
      this.log(`Nothing to change: ${app} has these keys already.`)
      return { app, changed, release: null }
    }
    const { vars: after, release } = await releaseConfigVars(api, app, changes)
    this.log(`Set ${changed.join(', ')} on ${app}${andReleased(release)}.`)
    await this.tellOfPreboot(api, app, release)
    const missing = (['PM2_PUBLIC_KEY', 'PM2_SECRET_KEY'] as const).filter((name) => !after[name])
    if (missing.length > 0)
      this.warn(`${missing.join(' and ')} is not set: the dashboard starts once both keys are.`)
    return { app, changed, release }
  }

  /** Where somebody who is asked for the keys finds them. */
  private async tellWhere(isToOpen: boolean): Promise<void> {
    this.logToStderr(`${KEYS_ARE_IN}${isToOpen ? '' : ` (${this.spoken} --open opens it)`}`)
    const { browse, hasDisplay } = await import('../../ui/browser.js')
    if (isToOpen && hasDisplay()) await browse(DASHBOARD)
  }
}

const DASHBOARD = 'https://app.pm2.io'
const KEYS_ARE_IN = `The keys are on PM2's dashboard: ${DASHBOARD} → your bucket → Connect.`

async function ask(name: KeyName, { isHidden }: { isHidden: boolean }): Promise<string> {
  if (isHidden) return askHidden(name)
  return askText(`${name} (empty: leave as it is)`)
}
