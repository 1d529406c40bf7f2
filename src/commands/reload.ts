import type { ReloadResult } from '../operate/reload.js'
import type { Selection } from '../operate/select.js'
import { BaseCommand } from '../ui/base-command.js'
import type { DevOutcome } from '../ui/dev/verbs.js'
import { dynosArg, waitingFlags } from '../ui/flags.js'
import { writeErr } from '../lib/terminal.js'
import { elapsed } from '../lib/duration.js'
import { typeOfDyno } from '../lib/dyno-name.js'

async function inTurn<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (const item of items) await work(item)
}

export default class Reload extends BaseCommand {
  static override json = async () => (await import('../json/operate.js')).RELOAD
  static override summary = 'restart dyno by dyno, with no request lost'
  static override description =
    'The next dyno is restarted only when the last one serves again. A lone dyno gets a ' +
    'second one for the time of the reload. ' +
    ('Where the dyno size allows one dyno only (eco, basic), it is restarted with a short gap, ' +
      'and that is said.')
  static override args = { 'type|dyno': dynosArg('all types') }
  static override flags = waitingFlags('one dyno may take to serve again', '2m')
  static override examples = [
    '<%= config.bin %> reload --app myapp',
    '<%= config.bin %> reload web --app myapp',
    '<%= config.bin %> reload api --app myapp',
  ]

  async run(): Promise<(ReloadResult & { app: string }) | DevOutcome> {
    const { args, flags } = await this.parse(Reload)
    const dev = await this.devSessions(flags, true)
    if (dev)
      return (await import('../ui/dev/verbs.js')).devVerb(this, dev, 'reload', args['type|dyno'])
    const app = await this.appName(flags)
    const [{ reload }, { prebootOf, stopOnSignals, stoppedBy }, { findTargets }, api] =
      await Promise.all([
        import('../operate/index.js'),
        import('../deploy/index.js'),
        import('../ui/targets.js'),
        this.platform(flags),
      ])
    const { selections, formation } = await findTargets(
      this,
      api,
      app,
      args['type|dyno'],
      'reloaded',
    )
    const stop = stopOnSignals(() =>
      writeErr(
        this.withLocal(
          `\nLeft at once. There may be a dyno too many: look at \`shipit scale --app ${app}\`.\n`,
        ),
      ),
    )
    const reloaded: string[] = []
    const preboot = selections.some(
      ({ type, name }) => (type ?? typeOfDyno(name ?? 'web')) === 'web',
    )
      ? await prebootOf(api, app)
      : undefined
    if (preboot)
      this.log(
        'Preboot is on: on Heroku a dyno that is restarted may go on answering beside its ' +
          `successor for about ${Math.round(preboot.switchesAfter / 1000)} s.`,
      )
    const result: ReloadResult = { reloaded: [], gaps: [] }
    const one = async (selection: Selection) => {
      const done = await reload(api, app, {
        selection,
        formation,
        signal: stop.signal,
        waitTimeout: flags['wait-timeout'],
        onEvent: (event) => {
          if (event.kind === 'reloading') this.log(`Reloading ${event.dyno}...`)
          if (event.kind === 'serving') reloaded.push(event.dyno)
          if (event.kind === 'serving')
            this.log(`${event.dyno} serves again (${elapsed(event.ms)})`)
          if (event.kind === 'added') this.log(`${event.dyno} was added to serve meanwhile`)
          if (event.kind === 'removed') this.log(`${event.dyno} was removed again`)
          if (event.kind === 'gap')
            this.warn(
              `${event.type} is one ${event.size} dyno and cannot have a second: it is ` +
                'restarted, with a short gap',
            )
        },
      })
      result.reloaded.push(...done.reloaded)
      result.gaps.push(...done.gaps)
    }
    await inTurn(selections, one)
      .catch((error: unknown) => {
        if (!stop.signal.aborted) throw error
        throw stoppedBy(
          stop.signal,
          `${reloaded.length > 0 ? `Reloaded: ${reloaded.join(', ')}. The others` : 'The dynos'} ` +
            'were left as they are.',
          { reloaded },
        )
      })
      .finally(() => stop.release())
    this.log(`Reloaded ${result.reloaded.join(', ')} of ${app}`)
    return { app, ...result }
  }
}
