import { Args } from '@oclif/core'
import { BaseCommand } from '../../ui/base-command.js'
import { waitingFlags } from '../../ui/flags.js'
import { PLATFORM } from '../../ui/exit-codes.js'
import type { ErrorCode } from '../../errors.js'

const { local: _always, ...flags } = waitingFlags('the dynos may take to be up again', '2m')

export default class LocalCycle extends BaseCommand {
  static override json = async () => (await import('../../json/local.js')).LOCAL_CYCLE
  static override exitCodes: readonly ErrorCode[] = PLATFORM
  static override summary = 'cycle dynos of the embedded Heroku now'
  static override description =
    'Heroku cycles every dyno once in 24 hours and up to 216 minutes, without asking: it gets ' +
    'SIGTERM, and a new one of the same release starts. The embedded Heroku does so too, and ' +
    'with this command at once, so that it can be seen what an app makes of it.'
  static override args = {
    'type|dyno': Args.string({
      ignoreStdin: true,
      description: 'process type (web) or dyno (web.1); all dynos when absent',
    }),
  }
  static override flags = flags
  static override examples = [
    '<%= config.bin %> <%= command.id %> --app myapp',
    '<%= config.bin %> <%= command.id %> web.1 --app myapp',
  ]

  async run(): Promise<{ app: string; cycled: string[] }> {
    const { args, flags } = await this.parse(LocalCycle)
    const { cycle, parseSelection } = await import('../../operate/index.js')
    const selection = parseSelection(args['type|dyno'])
    const app = await this.appName(flags)
    const api = await this.platform({ local: true })
    let left = 'Nothing was changed.'
    const cycled = await this.stoppable(
      (signal) =>
        cycle(api, app, selection, {
          waitTimeout: flags['wait-timeout'],
          signal,
          onAsked: (names) => {
            left =
              `${names.join(', ')} of ${app} cycle; they were not waited for. Look at \`shipit ` +
              `ps --local --app ${app}\`.`
          },
        }),
      () => left,
    )
    this.log(`Cycled ${cycled.join(', ')} of ${app}`)
    return { app, cycled }
  }
}
