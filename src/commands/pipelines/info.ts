import { Args } from '@oclif/core'
import { BaseCommand } from '../../ui/base-command.js'
import { platformFlags } from '../../ui/flags.js'
import { renderTable } from '../../ui/table.js'
import { pipelineInfoDocument, type PIPELINE_INFO } from '../../json/pipelines.js'
import type { Json } from '../../json/schema.js'

export default class PipelinesInfo extends BaseCommand {
  static override json = async () => (await import('../../json/pipelines.js')).PIPELINE_INFO
  static override summary = 'list the apps of a pipeline, by stage'
  static override examples = ['<%= config.bin %> <%= command.id %> shop']
  static override args = {
    pipeline: Args.string({ ignoreStdin: true, required: true, description: 'its name or id' }),
  }
  static override flags = { ...platformFlags }

  async run(): Promise<Json<typeof PIPELINE_INFO>> {
    const { args, flags } = await this.parse(PipelinesInfo)
    const { findPipeline, pipelineApps } = await import('../../heroku/index.js')
    const api = await this.platform(flags)
    const pipeline = await findPipeline(api, args.pipeline)
    const apps = await pipelineApps(api, pipeline.id)
    this.log(
      renderTable(
        ['STAGE', 'APP'],
        apps.map(({ app, stage }) => [stage, app.name]),
        { width: process.stdout.isTTY ? process.stdout.columns : undefined, flexible: 1 },
      ),
    )
    return pipelineInfoDocument(pipeline, apps)
  }
}
