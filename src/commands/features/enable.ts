import { Args } from '@oclif/core'
import { BaseCommand } from '../../ui/base-command.js'
import { appFlags } from '../../ui/flags.js'
import { featureDocument, type FEATURE_CHANGED } from '../../json/app-settings.js'
import type { Json } from '../../json/schema.js'

export default class FeaturesEnable extends BaseCommand {
  static override json = async () => (await import('../../json/app-settings.js')).FEATURE_CHANGED
  static override summary = "enable one of Heroku's features of the app"
  static override examples = ['<%= config.bin %> <%= command.id %> preboot --app myapp']
  static override args = {
    name: Args.string({
      ignoreStdin: true,
      required: true,
      description: 'as `features` lists it, such as preboot',
    }),
  }
  static override flags = { ...appFlags }

  async run(): Promise<Json<typeof FEATURE_CHANGED>> {
    const { args, flags } = await this.parse(FeaturesEnable)
    const app = await this.appName(flags)
    const { updateAppFeature } = await import('../../heroku/index.js')
    const api = await this.platform(flags)
    const feature = await updateAppFeature(api, app, args.name, true)
    this.log(`Enabled ${feature.name} of ${app}`)
    return { app, feature: featureDocument(feature) }
  }
}
