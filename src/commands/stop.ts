import { formatFormation, type TypeCount } from '../lib/dyno-count.js'
import { BaseCommand } from '../ui/base-command.js'
import type { Selection } from '../operate/select.js'
import type { DevOutcome } from '../ui/dev/verbs.js'
import { dynosArg, waitingFlags } from '../ui/flags.js'

export default class Stop extends BaseCommand {
  static override json = async () => (await import('../json/operate.js')).STOP
  static override summary = 'scale to zero, and remember the counts and sizes for `start`'
  static override description =
    'What ran is kept in the config var SHIPIT_STOPPED of the app, so that `start` brings it ' +
    'back from any machine. ' +
    ('A single dyno (web.1) is stopped as `heroku ps:stop` does; the platform starts it again ' +
      'with the next release.')
  static override args = { 'type|dyno': dynosArg('everything') }
  static override flags = waitingFlags('the dynos may take to be gone', '2m')
  static override examples = [
    '<%= config.bin %> stop --app myapp',
    '<%= config.bin %> stop worker --app myapp',
  ]

  async run(): Promise<
    { app: string; stopped: TypeCount[] } | { app: string; dyno: string } | DevOutcome
  > {
    const { args, flags } = await this.parse(Stop)
    const dev = await this.devSessions(flags, true)
    if (dev)
      return (await import('../ui/dev/verbs.js')).devVerb(this, dev, 'stop', args['type|dyno'])
    const { applyStop, planStop, STOPPED_VAR, stoppable } = await import('../operate/index.js')
    const { findTargets } = await import('../ui/targets.js')
    const heroku = await import('../heroku/index.js')
    const app = await this.appName(flags)
    const api = await this.platform(flags)
    const targets = await findTargets(this, api, app, args['type|dyno'], 'stopped', (named) =>
      stoppable(named, app),
    )
    const [selection] = targets.selections as [Selection]
    if (selection.name !== undefined) {
      await heroku.stopDyno(api, app, selection.name)
      this.log(`Stopped ${selection.name} of ${app}`)
      return { app, dyno: selection.name }
    }
    const [formation, config] = await Promise.all([
      targets.formation ?? heroku.listFormation(api, app),
      heroku.getConfigVars(api, app),
    ])
    const plan = planStop(formation, config[STOPPED_VAR], selection.type)
    const { stopped } = plan
    if (stopped.length === 0) {
      this.log(`Nothing of ${app} runs.`)
      return { app, stopped }
    }
    const words = formatFormation(stopped)
    let left = `It is not known whether ${words} was stopped: look at \`shipit scale --app ${app}\`.`
    await this.stoppable(
      (signal) =>
        applyStop(api, app, plan, {
          before: config[STOPPED_VAR],
          timeout: flags['wait-timeout'],
          signal,
          // Said before anything else can fail: with this line a user can bring it back by hand.
          onAsked: () =>
            this.log(`Stopping ${words} (back with: ${this.config.bin} start --app ${app})`),
          onRestart: () =>
            this.warn(
              `remembering that in the config var ${STOPPED_VAR} restarts the dynos that go on`,
            ),
          onWait: () => {
            left =
              `${words} of ${app} was stopped; the end of its dynos was not waited for. Back ` +
              `with: ${this.config.bin} start --app ${app}`
          },
        }),
      () => left,
    )
    this.log(`Stopped ${stopped.map(({ type }) => type).join(', ')} of ${app}`)
    return { app, stopped }
  }
}
