import { ShipitError } from '../../errors.js'
import { BaseCommand } from '../../ui/base-command.js'
import { appFlags } from '../../ui/flags.js'
import type { PIPELINE_CHANGED } from '../../json/pipelines.js'
import type { Json } from '../../json/schema.js'

export default class PipelinesRemove extends BaseCommand {
  static override json = async () => (await import('../../json/pipelines.js')).PIPELINE_CHANGED
  static override summary = 'take an app out of its pipeline; the app stays'
  static override examples = ['<%= config.bin %> <%= command.id %> --app shop']
  static override flags = { ...appFlags }

  async run(): Promise<Json<typeof PIPELINE_CHANGED>> {
    const { flags } = await this.parse(PipelinesRemove)
    const app = await this.appName(flags)
    const { couplingOf, getPipeline, removeFromPipeline } = await import('../../heroku/index.js')
    const api = await this.platform(flags)
    const coupling = await couplingOf(api, app)
    if (!coupling)
      throw new ShipitError('not_found', {
        message: `${app} is in no pipeline.`,
        details: { app },
      })
    const { id, name } = await getPipeline(api, coupling.pipeline.id)
    await removeFromPipeline(api, coupling.id)
    this.log(`Removed ${app} from ${name}`)
    return { pipeline: { id, name }, app, stage: null }
  }
}
