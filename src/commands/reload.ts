import { Args, Flags } from '@oclif/core'
import type { ReloadResult } from '../formation/index.js'
import { BaseCommand } from '../ui/base-command.js'

export default class Reload extends BaseCommand {
  static override summary = 'restart dyno by dyno, with no request lost'
  static override description =
    'The next dyno is restarted only when the last one serves again. A lone dyno gets a second one for the time of the reload. ' +
    'Where the dyno size allows one dyno only (eco, basic), it is restarted with a short gap, and that is said.'
  static override args = { type: Args.string({ ignoreStdin: true, description: 'process type, such as web; all types when absent' }) }
  static override flags = {
    ...BaseCommand.appFlags,
    'wait-timeout': Flags.integer({ description: 'seconds that one dyno may take to serve again', default: 120, min: 1 }),
  }
  static override examples = ['<%= config.bin %> reload --app myapp', '<%= config.bin %> reload web --app myapp']

  async run(): Promise<ReloadResult & { app: string }> {
    const { args, flags } = await this.parse(Reload)
    const app = await this.appName(flags)
    const { reload } = await import('../formation/index.js')
    const result = await reload(await this.platform(flags), app, {
      type: args.type,
      waitTimeout: flags['wait-timeout'] * 1000,
      onEvent: (event) => {
        if (event.kind === 'reloading') this.log(`Reloading ${event.dyno}...`)
        if (event.kind === 'serving') this.log(`${event.dyno} serves again (${(event.ms / 1000).toFixed(1)} s)`)
        if (event.kind === 'added') this.log(`${event.dyno} was added to serve meanwhile`)
        if (event.kind === 'removed') this.log(`${event.dyno} was removed again`)
        if (event.kind === 'gap') this.warn(`${event.type} is one ${event.size} dyno and cannot have a second: it is restarted, with a short gap`)
      },
    })
    this.log(`Reloaded ${result.reloaded.join(', ')} of ${app}`)
    return { app, ...result }
  }
}
