import { Args } from '@oclif/core'
import { BaseCommand } from '../../ui/base-command.js'
import { placeFlags, placeFrom, platformFlags } from '../../ui/flags.js'
import { appDocument, type APP } from '../../json/platform.js'
import type { Json } from '../../json/schema.js'
import type { ErrorCode } from '../../errors.js'

export default class AppsCreate extends BaseCommand {
  static override json = async () => (await import('../../json/platform.js')).APP
  static override exitCodes: readonly ErrorCode[] = ['interrupted']
  static override summary = 'create an app'
  static override description =
    'Without a name the platform makes one up. `deploy --create` does it as part of a deploy.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> myapp',
    '<%= config.bin %> <%= command.id %> --region eu --json',
    '<%= config.bin %> <%= command.id %> myapp --team acme --space acme-eu',
  ]
  static override args = { name: Args.string({ ignoreStdin: true, description: 'its name' }) }
  static override flags = { ...platformFlags, ...placeFlags }

  async run(): Promise<Json<typeof APP>> {
    const { args, flags } = await this.parse(AppsCreate)
    const { createApp } = await import('../../heroku/index.js')
    const app = await createApp(await this.platform(flags), {
      ...(args.name === undefined ? {} : { name: args.name }),
      ...placeFrom(flags),
    })
    this.log(`Created ${app.name}`)
    this.suggest(`Deploy to it: ${this.config.bin} deploy --app ${app.name}`)
    return appDocument(app)
  }
}
