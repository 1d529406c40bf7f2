import { Args } from '@oclif/core'
import { BaseCommand } from '../ui/base-command.js'
import { appFlags } from '../ui/flags.js'
import { renderTable } from '../ui/table.js'
import { featureDocument, type FEATURES } from '../json/app-settings.js'
import type { Json } from '../json/schema.js'

export default class Features extends BaseCommand {
  static override json = async () => (await import('../json/app-settings.js')).FEATURES
  static override summary = "list Heroku's features of the app, such as preboot"
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> preboot --app myapp',
    '<%= config.bin %> <%= command.id %> --json',
  ]
  static override args = {
    name: Args.string({ ignoreStdin: true, description: 'one alone; all when absent' }),
  }
  static override flags = { ...appFlags }

  async run(): Promise<Json<typeof FEATURES>> {
    const { args, flags } = await this.parse(Features)
    const app = await this.appName(flags)
    const { getAppFeature, listAppFeatures } = await import('../heroku/index.js')
    const api = await this.platform(flags)
    const features =
      args.name === undefined
        ? (await listAppFeatures(api, app)).sort((a, b) => (a.name < b.name ? -1 : 1))
        : [await getAppFeature(api, app, args.name)]
    const rows = features.map(({ name, enabled, state, description }) => [
      name,
      enabled ? 'on' : 'off',
      state ?? '',
      description ?? '',
    ])
    if (rows.length === 0) this.log(`${app} has no features.`)
    else
      this.log(
        renderTable(['FEATURE', '', 'STATE', 'DESCRIPTION'], rows, {
          width: process.stdout.isTTY ? process.stdout.columns : undefined,
        }),
      )
    return features.map(featureDocument)
  }
}
