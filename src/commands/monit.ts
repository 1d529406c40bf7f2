import { BaseCommand } from '../ui/base-command.js'
import { appFlags } from '../ui/platform-flags.js'
import { sortFlag } from '../ui/sort-flag.js'
import type { Sort } from '../ui/sort-fields.js'
import { waitTimeout } from '../ui/time-flag.js'
import type { PlatformApi } from '../heroku/index.js'
import { safeJson, writeErr } from '../terminal.js'

/** ms between two looks, of which some are printed; and how long the log's first lines are waited for. */
const LOOK_EVERY = 1000
const FIRST_LINES = 3000

export default class Monit extends BaseCommand {
  static override summary = 'watch the app live: dynos, instances, charts and log on one screen'
  static override description = `Dynos and the instances inside them at the left, the log at the right, charts of CPU, memory, event loop, requests and errors below; keys to choose, filter, sort, restart, reload and scale (? shows them). The figures are those that shipit-runtime prints to the log every 20 s.
Without a terminal, or where TERM is dumb, a line of figures and the events since then are printed every --interval; with --json one object a line.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --sort memory:desc --app myapp',
    '<%= config.bin %> <%= command.id %> --json --interval 1m',
  ]
  static override flags = {
    ...appFlags,
    sort: sortFlag(),
    interval: waitTimeout({ description: 'how often figures are printed where there is no screen', default: '10s' }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Monit)
    const app = await this.appName(flags)
    const api = await this.platform(flags)
    if (process.stdout.isTTY && process.env.TERM !== 'dumb' && !this.jsonEnabled()) await this.screen(api, app, flags.sort)
    else await this.print(api, app, flags.interval, flags.sort)
  }

  private async screen(api: PlatformApi, app: string, sort: Sort | undefined): Promise<void> {
    const [{ MonitSession }, { untilStopped }] = await Promise.all([import('../ui/monit/session.js'), import('../ui/until-stopped.js')])
    const stop = untilStopped()
    try {
      await new MonitSession(api, app, sort).run(stop.signal, (underWay) => writeErr(`${underWay}\nIt is ended in order; Ctrl-C leaves it as it is: look at ${this.withLocal(`shipit ps --app ${app}`)}\n`))
    } finally {
      stop.release()
    }
  }

  private async print(api: PlatformApi, app: string, every: number, sort: Sort | undefined): Promise<void> {
    const [{ reportDynos, watchFormation }, { byTypeAndNumber }, { sortDynos }, { missingFigures }, { monitReport, NewEvents, plainLines }, { lineWriter }, { untilStopped }, { snakeKeys }] = await Promise.all([
      import('../monitor/index.js'), import('../heroku/index.js'), import('../ui/instances.js'), import('../ui/formation.js'), import('../ui/monit/plain.js'),
      import('../ui/line-writer.js'), import('../ui/until-stopped.js'), import('../ui/snake-keys.js'),
    ])
    const stop = untilStopped()
    const out = lineWriter()
    const events = new NewEvents()
    try {
      const began = performance.now()
      let due = 0
      let problemBefore: string | null = null
      for await (const { dynos, model, problem, watched } of watchFormation(api, app, { every: Math.min(every, LOOK_EVERY), signal: AbortSignal.any([stop.signal, out.readerGone]) })) {
        // The first look comes before the log does.
        if (performance.now() < due || (model.now === 0 && performance.now() - began < FIRST_LINES)) continue
        due = performance.now() + every - LOOK_EVERY / 2
        const now = Date.now()
        const reports = reportDynos([...dynos].sort(byTypeAndNumber), model, now)
        const report = monitReport(app, sort ? sortDynos(reports, sort) : reports, model, events.of(model), problem ?? (model.now > 0 ? missingFigures(reports, watched) : undefined), now)
        for (const line of this.jsonEnabled() ? [safeJson(snakeKeys(report))] : plainLines(report, problemBefore)) await out.write(line)
        problemBefore = report.problem
      }
    } finally {
      out.release()
      stop.release()
    }
  }
}
