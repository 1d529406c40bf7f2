import { Args } from '@oclif/core'
import { BaseCommand } from '../../ui/base-command.js'
import { appFlags } from '../../ui/flags.js'
import { stageFlag } from '../../ui/stage-flag.js'
import type { PIPELINE_CHANGED } from '../../json/pipelines.js'
import type { Json } from '../../json/schema.js'

export default class PipelinesAdd extends BaseCommand {
  static override json = async () => (await import('../../json/pipelines.js')).PIPELINE_CHANGED
  static override summary = 'add an app to a pipeline, or move it to another stage of it'
  static override examples = ['<%= config.bin %> <%= command.id %> shop --app shop -s production']
  static override args = {
    pipeline: Args.string({ ignoreStdin: true, required: true, description: 'its name or id' }),
  }
  static override flags = { ...appFlags, stage: stageFlag }

  async run(): Promise<Json<typeof PIPELINE_CHANGED>> {
    const { args, flags } = await this.parse(PipelinesAdd)
    const app = await this.appName(flags)
    const { addToPipeline, couplingOf, findPipeline, moveToStage } =
      await import('../../heroku/index.js')
    const { checkFree } = await import('../../ui/pipelines.js')
    const api = await this.platform(flags)
    const pipeline = await findPipeline(api, args.pipeline)
    const coupling = await couplingOf(api, app)
    if (coupling?.pipeline.id === pipeline.id) await moveToStage(api, coupling.id, flags.stage)
    else {
      await checkFree(api, app)
      await addToPipeline(api, pipeline.id, app, flags.stage)
    }
    this.log(
      coupling?.stage === flags.stage
        ? `${app} is in ${flags.stage} of ${pipeline.name} already`
        : `${coupling ? 'Moved' : 'Added'} ${app} to ${flags.stage} of ${pipeline.name}`,
    )
    return { pipeline: { id: pipeline.id, name: pipeline.name }, app, stage: flags.stage }
  }
}
