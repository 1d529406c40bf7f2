import { formatFormation, type TypeCount } from '../lib/dyno-count.js'
import { ShipitError } from '../errors.js'
import { typeOfDyno } from '../lib/dyno-name.js'
import { BaseCommand } from '../ui/base-command.js'
import type { DevOutcome } from '../ui/dev/verbs.js'
import { processTypeArg, waitingFlags } from '../ui/flags.js'

export default class Start extends BaseCommand {
  static override json = async () => (await import('../json/operate.js')).START
  static override summary = 'bring back what `stop` has stopped, with the same counts and sizes'
  static override args = { type: processTypeArg('all that were stopped') }
  static override flags = waitingFlags('the dynos may take to be up', '5m')
  static override examples = [
    '<%= config.bin %> start --app myapp',
    '<%= config.bin %> start worker --app myapp',
  ]

  async run(): Promise<{ app: string; started: TypeCount[] } | DevOutcome> {
    const { args, flags } = await this.parse(Start)
    const dev = await this.devSessions(flags, true)
    if (dev) return (await import('../ui/dev/verbs.js')).devVerb(this, dev, 'start', args.type)
    const { applyStart, findNamed, planStart, spokenName, STOPPED_VAR, typesOf } =
      await import('../operate/index.js')
    const heroku = await import('../heroku/index.js')
    const app = await this.appName(flags)
    const api = await this.platform(flags)
    const { named, formation: known } = await findNamed(api, app, args.type)
    const [formation, config] = await Promise.all([
      known ?? heroku.listFormation(api, app),
      heroku.getConfigVars(api, app),
    ])
    const types = named.kind === 'instances' ? typesOf(named) : []
    if (named.kind === 'instances')
      this.log(`${spokenName(named)} runs in the dynos of ${types.join(', ')}.`)
    if (named.kind === 'dyno') throw oneDyno(named.name, app)
    const plan = planStart(
      formation,
      config[STOPPED_VAR],
      named.kind === 'type' ? named.type : types[0],
    )
    const { started } = plan
    if (started.length === 0) {
      this.log(`Nothing of ${app} is stopped.`)
      return { app, started }
    }
    const words = formatFormation(started)
    let left = `It is not known whether they were started: look at \`shipit scale --app ${app}\`.`
    await this.stoppable(
      (signal) =>
        applyStart(api, app, plan, {
          timeout: flags['wait-timeout'],
          signal,
          onAsked: () => {
            left =
              `${words} of ${app} was started; its dynos were not waited for. Look at ` +
              `\`shipit ps --app ${app}\`.`
            this.log(`Starting ${words}`)
          },
        }),
      () => left,
    )
    this.log(`Started ${words} of ${app}`)
    return { app, started }
  }
}

const oneDyno = (name: string, app: string) =>
  new ShipitError('usage', {
    message: `${name} cannot be started by itself: Heroku starts the dynos of a process type.`,
    why: 'One that was stopped alone comes back with the next release.',
    next: `shipit start ${typeOfDyno(name)} --app ${app}`,
  })
