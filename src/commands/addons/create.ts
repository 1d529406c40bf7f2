import { Args, Flags } from '@oclif/core'
import { ShipitError, type ErrorCode } from '../../errors.js'
import { BaseCommand } from '../../ui/base-command.js'
import { appFlags, waitTimeout } from '../../ui/flags.js'
import { addonDocument, type ADDON } from '../../json/addons.js'
import type { Json } from '../../json/schema.js'

/** ms between two polls. */
const POLL = 1_000

export default class AddonsCreate extends BaseCommand {
  static override json = async () => (await import('../../json/addons.js')).ADDON
  static override exitCodes: readonly ErrorCode[] = ['timeout', 'interrupted']
  static override summary = 'create an add-on, and wait until the app has it'
  static override description =
    'A service (heroku-postgresql) gets its smallest plan, service:plan the one that is named. ' +
    'On Heroku it costs from then on.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> heroku-postgresql:essential-0 --app myapp',
    '<%= config.bin %> <%= command.id %> heroku-redis:mini --as CACHE --local',
  ]
  static override args = {
    plan: Args.string({ ignoreStdin: true, required: true, description: 'heroku-redis:mini' }),
  }
  static override flags = {
    ...appFlags,
    as: Flags.string({ description: 'name of its first attachment', helpValue: 'NAME' }),
    name: Flags.string({ description: 'name of the add-on itself', helpValue: 'NAME' }),
    confirm: Flags.string({
      description: "the app's name: config vars in its way may be overwritten",
      helpValue: 'NAME',
    }),
    'wait-timeout': waitTimeout({
      description: 'longest that it may take until it is there',
      default: '15m',
      none: 'does not wait',
    }),
  }

  async run(): Promise<Json<typeof ADDON>> {
    const { args, flags } = await this.parse(AddonsCreate)
    const app = await this.appName(flags)
    const api = await this.platform(flags)
    const { createAddon, getAddon } = await import('../../heroku/index.js')
    let addon = await createAddon(api, app, {
      plan: args.plan,
      ...(flags.as === undefined ? {} : { attachment: { name: flags.as } }),
      ...(flags.name === undefined ? {} : { name: flags.name }),
      ...(flags.confirm === undefined ? {} : { confirm: flags.confirm }),
    })
    const { name } = addon
    this.log(`Creating ${name} (${addon.plan.name}) on ${app}`)
    if (flags['wait-timeout'] > 0) {
      const { until } = await import('../../lib/until.js')
      let said: string | null | undefined
      const ended = await this.stoppable(
        (signal) =>
          until(
            async () => {
              addon = await getAddon(api, app, name)
              const { provision_message: message, state } = addon
              if (state === 'provisioning' && message && message !== said)
                this.log((said = message))
              return state !== 'provisioning'
            },
            { timeout: flags['wait-timeout'], every: POLL, signal },
          ),
        () => `${name} is still being created.`,
      )
      if (!ended) throw notYet(name, app)
      if (addon.state !== 'provisioned') throw failed(addon, app)
      this.log(`Created ${name}${asVars(addon)}`)
    }
    this.suggest(`Undo: ${this.config.bin} addons destroy ${name} --app ${app} --confirm ${name}`)
    return addonDocument(addon)
  }
}

const asVars = ({ config_vars: vars }: { config_vars: string[] }): string =>
  vars.length > 0 ? ` as ${vars.join(', ')}` : ''

const notYet = (name: string, app: string) =>
  new ShipitError('timeout', {
    message: `${name} is still being created.`,
    next: `shipit addons info ${name} --app ${app}`,
  })

const failed = (addon: { name: string; provision_message?: string | null }, app: string) =>
  new ShipitError('refused', {
    message: `${addon.name} could not be created.`,
    ...(addon.provision_message ? { why: addon.provision_message } : {}),
    next: `shipit addons destroy ${addon.name} --app ${app} --confirm ${addon.name}`,
  })
