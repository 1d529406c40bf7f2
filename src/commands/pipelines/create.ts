import { Args } from '@oclif/core'
import { BaseCommand } from '../../ui/base-command.js'
import { appFlags } from '../../ui/flags.js'
import { stageFlag } from '../../ui/stage-flag.js'
import type { PIPELINE_CHANGED } from '../../json/pipelines.js'
import type { Json } from '../../json/schema.js'

export default class PipelinesCreate extends BaseCommand {
  static override json = async () => (await import('../../json/pipelines.js')).PIPELINE_CHANGED
  static override summary = 'create a pipeline, with its first app'
  static override description = "It belongs to the app's owner, as all of its apps must."
  static override examples = [
    '<%= config.bin %> <%= command.id %> shop --app shop-staging -s staging',
  ]
  static override args = {
    name: Args.string({ ignoreStdin: true, required: true, description: 'name of the pipeline' }),
  }
  static override flags = { ...appFlags, stage: stageFlag }

  async run(): Promise<Json<typeof PIPELINE_CHANGED>> {
    const { args, flags } = await this.parse(PipelinesCreate)
    const name = await this.appName(flags)
    const { addToPipeline, createPipeline, getApp } = await import('../../heroku/index.js')
    const { checkFree } = await import('../../ui/pipelines.js')
    const api = await this.platform(flags)
    const app = await getApp(api, name)
    // Before there is a pipeline that nothing is in.
    await checkFree(api, app.name)
    const pipeline = await createPipeline(api, args.name, app)
    await addToPipeline(api, pipeline.id, app.id, flags.stage)
    this.log(`Created ${pipeline.name}, with ${app.name} in ${flags.stage}`)
    this.suggest(
      `Add the app to promote to: ${this.config.bin} pipelines add ${pipeline.name} --app NAME ` +
        '--stage production',
    )
    return {
      pipeline: { id: pipeline.id, name: pipeline.name },
      app: app.name,
      stage: flags.stage,
    }
  }
}
