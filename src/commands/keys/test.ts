import { ShipitError } from '../../errors.js'
import { BaseCommand } from '../../ui/base-command.js'
import { appFlags } from '../../ui/flags.js'
import { printable } from '../../ui/printable.js'
import type { KEYS_TEST } from '../../json/config.js'
import type { Json } from '../../json/schema.js'

type Outcome = Json<typeof KEYS_TEST>

export default class KeysTest extends BaseCommand {
  static override json = async () => (await import('../../json/config.js')).KEYS_TEST
  static override summary = "ask PM2's dashboard whether it accepts the app's keys"
  static override description =
    'Asks the server that the agent in a dyno asks (KEYMETRICS_NODE or PM2_APM_ADDRESS of the ' +
    'app, through its PM2_PROXY), with the keys that the app has. They are shown nowhere. A ' +
    'refusal ends with exit code 5, no answer with 8.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --app myapp --json',
  ]
  static override flags = { ...appFlags }

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(KeysTest)
    const app = await this.appName(flags)
    const { fetchFor, getConfigVars } = await import('../../heroku/index.js')
    const { dashboardUrl, testKeys } = await import('../../config/keys/index.js')
    const vars = await getConfigVars(await this.platform(flags), app)
    const missing = ['PM2_PUBLIC_KEY', 'PM2_SECRET_KEY'].filter((name) => !vars[name])
    if (missing.length > 0)
      throw new ShipitError('auth', {
        message: `${app} has no ${missing.join(' and no ')}: its dynos start no dashboard agent.`,
        next: `shipit keys set --app ${app}`,
      })
    const answer = await testKeys(
      vars,
      `${vars.PM2_MACHINE_NAME ?? app}.keys-test`,
      await fetchFor(dashboardUrl(vars).href, vars.PM2_PROXY),
    )
    if (answer.standing === 'refused') {
      throw new ShipitError('auth', {
        message: `PM2's dashboard at ${answer.host} does not accept the keys of ${app}.`,
        why: printable(answer.why ?? ''),
        next:
          "Copy both keys from the bucket's settings at https://app.pm2.io, then: shipit keys " +
          `set --app ${app}`,
      })
    }
    this.log(`PM2's dashboard at ${answer.host} accepts the keys of ${app}.`)
    return { app, accepted: true, dashboard: answer.host }
  }
}
