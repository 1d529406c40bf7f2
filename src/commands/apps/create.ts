import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../ui/base-command.js'
import { placeFlags, placeFrom, platformFlags } from '../../ui/flags.js'
import { appDocument, type APP } from '../../json/platform.js'
import type { Json } from '../../json/schema.js'
import { ShipitError, type ErrorCode } from '../../errors.js'
import type { PlatformApi } from '../../heroku/index.js'
import { printable } from '../../ui/printable.js'
import { varsFlag, setUpBy } from '../../ui/set-up.js'

type Lacking = Awaited<ReturnType<typeof setUpBy>>

/** ms between two looks at an add-on. */
const POLL = 1_000

export default class AppsCreate extends BaseCommand {
  static override json = async () => (await import('../../json/platform.js')).APP
  static override exitCodes: readonly ErrorCode[] = ['interrupted', 'project', 'timeout']
  static override summary = 'create an app'
  static override description =
    'Without a name the platform makes one up. `deploy --create` does it as part of a deploy.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> myapp',
    '<%= config.bin %> <%= command.id %> --region eu --json',
    '<%= config.bin %> <%= command.id %> myapp --from-app-json --vars .env.staging',
    '<%= config.bin %> <%= command.id %> myapp --team acme --space acme-eu',
  ]
  static override args = { name: Args.string({ ignoreStdin: true, description: 'its name' }) }
  static override flags = {
    ...platformFlags,
    ...placeFlags,
    'from-app-json': Flags.boolean({
      description: "with what this folder's app.json says: config vars, add-ons and the like",
    }),
    vars: { ...varsFlag, dependsOn: ['from-app-json'] },
  }

  async run(): Promise<Json<typeof APP>> {
    const { args, flags } = await this.parse(AppsCreate)
    const { createApp } = await import('../../heroku/index.js')
    const api = await this.platform(flags)
    const lacking = flags['from-app-json'] ? await this.lacking(api, flags.vars) : undefined
    const app = await createApp(api, {
      ...(args.name === undefined ? {} : { name: args.name }),
      ...(lacking?.setUp.stack ? { stack: lacking.setUp.stack } : {}),
      ...placeFrom(flags),
    })
    this.log(`Created ${app.name}`)
    if (lacking) await this.setUp(api, app.name, lacking)
    this.suggest(
      `Deploy to it: ${this.config.bin} deploy --app ${app.name}${lacking ? ' --create' : ''}`,
    )
    return appDocument(app)
  }

  private async lacking(api: PlatformApi, envFile: string | undefined): Promise<Lacking> {
    const { readFile } = await import('node:fs/promises')
    const { readEnvInput } = await import('../../config/index.js')
    const { herokuPlatform } = await import('../../deploy/index.js')
    const text = await readFile('app.json', 'utf8').catch((error: unknown) => {
      throw new ShipitError('project', {
        message: 'This folder has no app.json that can be read. Nothing was created.',
        why: (error as Error).message,
        next: `${this.config.bin} init --app-json`,
        cause: error,
      })
    })
    const lacking = await setUpBy(herokuPlatform(api), {
      text,
      app: undefined,
      given: envFile ? await readEnvInput(envFile, process.stdin) : {},
      mayAsk: Boolean(process.stdin.isTTY) && !this.jsonEnabled(),
    })
    for (const warning of lacking.warnings) this.logToStderr(` !     ${printable(warning)}`)
    return lacking
  }

  private async setUp(api: PlatformApi, app: string, { setUp, values }: Lacking): Promise<void> {
    const { applySetUp, herokuPlatform } = await import('../../deploy/index.js')
    await this.stoppable(
      (signal) =>
        applySetUp(app, setUp, {
          platform: herokuPlatform(api),
          values,
          signal,
          poll: POLL,
          line: (phrase) => this.log(`  ${printable(phrase)}`),
        }),
      () => `${app} is set up in part: ${this.config.bin} deploy --create --app ${app} goes on.`,
    )
  }
}
