import { BaseCommand } from '../ui/base-command.js'
import { platformFlags } from '../ui/flags.js'
import { pipelineDocument, type PIPELINES } from '../json/pipelines.js'
import type { Json } from '../json/schema.js'

export default class Pipelines extends BaseCommand {
  static override json = async () => (await import('../json/pipelines.js')).PIPELINES
  static override summary = 'list the pipelines that you have access to'
  static override examples = ['<%= config.bin %> <%= command.id %>']
  static override flags = { ...platformFlags }

  async run(): Promise<Json<typeof PIPELINES>> {
    const { flags } = await this.parse(Pipelines)
    const { listPipelines } = await import('../heroku/index.js')
    const pipelines = (await listPipelines(await this.platform(flags))).sort((one, other) =>
      one.name < other.name ? -1 : 1,
    )
    for (const { name } of pipelines) this.log(name)
    if (pipelines.length === 0)
      this.suggest(
        `There are none. Create one: ${this.config.bin} pipelines create NAME --app APP --stage ` +
          'staging',
      )
    return pipelines.map(pipelineDocument)
  }
}
