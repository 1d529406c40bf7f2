import { BaseCommand } from '../ui/base-command.js'
import type { DevOutcome } from '../ui/dev/verbs.js'
import { dynosArg, waitingFlags } from '../ui/flags.js'

export default class Restart extends BaseCommand {
  static override json = async () => (await import('../json/operate.js')).RESTART
  static override summary = 'restart dynos at once'
  static override description =
    'All dynos of the selection restart together, so requests may wait for some seconds. To ' +
    'restart without a gap, use `reload`.'
  static override args = { 'type|dyno': dynosArg('all dynos') }
  static override flags = waitingFlags('the dynos may take to be up again', '2m')
  static override examples = [
    '<%= config.bin %> restart --app myapp',
    '<%= config.bin %> restart web.1 --app myapp',
  ]

  async run(): Promise<{ app: string; restarted: string[] } | DevOutcome> {
    const { args, flags } = await this.parse(Restart)
    const dev = await this.devSessions(flags, true)
    if (dev)
      return (await import('../ui/dev/verbs.js')).devVerb(this, dev, 'restart', args['type|dyno'])
    const { restart } = await import('../operate/index.js')
    const { findTargets } = await import('../ui/targets.js')
    const app = await this.appName(flags)
    const api = await this.platform(flags)
    const { selections, formation } = await findTargets(
      this,
      api,
      app,
      args['type|dyno'],
      'restarted',
    )
    let left = 'Nothing was changed.'
    const restarted: string[] = []
    await this.stoppable(
      async (signal) => {
        for (const selection of selections)
          restarted.push(
            ...(await restart(api, app, selection, {
              waitTimeout: flags['wait-timeout'],
              formation,
              signal,
              onAsked: (names) => {
                left =
                  `${[...restarted, ...names].join(', ')} of ${app} were told to restart, and do ` +
                  `so; not all were waited for. Look at \`shipit ps --app ${app}\`.`
              },
            })),
          )
      },
      () => left,
    )
    this.log(`Restarted ${restarted.join(', ')} of ${app}`)
    return { app, restarted }
  }
}
