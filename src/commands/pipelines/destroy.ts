import { Args, Flags } from '@oclif/core'
import { ShipitError, type ErrorCode } from '../../errors.js'
import { BaseCommand } from '../../ui/base-command.js'
import { platformFlags } from '../../ui/flags.js'
import type { PIPELINE_DESTROYED } from '../../json/pipelines.js'
import type { Json } from '../../json/schema.js'

export default class PipelinesDestroy extends BaseCommand {
  static override json = async () => (await import('../../json/pipelines.js')).PIPELINE_DESTROYED
  static override exitCodes: readonly ErrorCode[] = ['interrupted']
  static override summary = 'delete a pipeline; its apps stay'
  static override description =
    'Asks for the name of the pipeline to be typed. In scripts, give it with --confirm.'
  static override examples = ['<%= config.bin %> <%= command.id %> shop --confirm shop']
  static override args = {
    pipeline: Args.string({ ignoreStdin: true, required: true, description: 'its name or id' }),
  }
  static override flags = {
    ...platformFlags,
    confirm: Flags.string({
      description: 'the name of the pipeline once more, instead of being asked',
      helpValue: 'NAME',
    }),
  }

  async run(): Promise<Json<typeof PIPELINE_DESTROYED>> {
    const { args, flags } = await this.parse(PipelinesDestroy)
    const { destroyPipeline, findPipeline } = await import('../../heroku/index.js')
    const api = await this.platform(flags)
    const { id, name } = await findPipeline(api, args.pipeline)
    if ((flags.confirm ?? (await this.ask(name))) !== name)
      throw new ShipitError('usage', {
        message: `${name} was not destroyed: the name does not match.`,
        next: `Type ${name}, or give --confirm ${name}.`,
      })
    await destroyPipeline(api, id)
    this.log(`Destroyed the pipeline ${name}; its apps stay`)
    return { pipeline: name, destroyed: true }
  }

  private async ask(name: string): Promise<string> {
    if (!process.stdin.isTTY || this.jsonEnabled())
      throw new ShipitError('usage', {
        message: `${name} was not destroyed: its name must be confirmed.`,
        next: `${this.spoken} ${name} --confirm ${name}`,
      })
    const { askText } = await import('../../ui/ask.js')
    return askText(`This deletes the pipeline ${name}; its apps stay. Type its name to go on:`)
  }
}
