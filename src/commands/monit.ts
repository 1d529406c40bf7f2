import { BaseCommand } from '../ui/base-command.js'
import { type Sort, appFlags, devFlag, sortFlag, waitTimeout } from '../ui/flags.js'
import { safeJson, writeErr } from '../lib/terminal.js'
import type { DashboardServer } from '../dashboard/server.js'
import type { PlatformApi } from '../heroku/index.js'
import type { DevClient } from '../dev/client.js'
import type { MonitSource } from '../ui/monit/source.js'
import { monitDocument } from '../json/dyno-documents.js'

/**
 * ms between two polls, of which some are printed; and how long the log's first lines are waited
 * for.
 */
const LOOK_EVERY = 1000
const FIRST_LINES = 3000

export default class Monit extends BaseCommand {
  static override json = async () => (await import('../json/monitor.js')).MONIT
  static override summary = 'watch the app live: dynos, instances, charts and log on one screen'
  static override description =
    'Dynos and the instances inside them at the left, the log at the right, charts of CPU, ' +
    'memory, event loop, requests and errors below; keys to choose, filter, sort, restart, ' +
    'reload and scale, and w for the dashboard in a browser (? shows them). The figures are those that shipit-runtime prints to the ' +
    'log every 20 s.\n' +
    'Without a terminal, or where TERM is dumb, a line of figures and the events since then are ' +
    'printed every --interval; with --json one object a line.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --sort memory:desc --app myapp',
    '<%= config.bin %> <%= command.id %> --json --interval 1m',
    '<%= config.bin %> <%= command.id %> --dev',
  ]
  static override flags = {
    ...appFlags,
    ...devFlag,
    sort: sortFlag(),
    interval: waitTimeout({
      description: 'how often figures are printed where there is no screen',
      default: '10s',
    }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Monit)
    const dev = await this.devSessions(flags, false)
    const { source, openDashboard } = dev
      ? { source: await this.devSource(dev), openDashboard: undefined }
      : await this.platformSource(flags)
    if (process.stdout.isTTY && process.env.TERM !== 'dumb' && !this.jsonEnabled())
      await this.screen(source, flags.sort, openDashboard)
    else await this.print(source, flags.interval, flags.sort)
  }

  private async devSource(clients: readonly DevClient[]): Promise<MonitSource> {
    const [{ DevMonitSource }, { spokenOf }] = await Promise.all([
      import('../ui/dev/monit-source.js'),
      import('../ui/target.js'),
    ])
    const [newest, ...others] = clients
    if (others.length > 0)
      writeErr(`${clients.length} shipit dev run here; this is ${spokenOf(newest!.running)}.\n`)
    return new DevMonitSource(newest!)
  }

  private async platformSource(flags: {
    app?: string | undefined
    local: boolean
  }): Promise<{ source: MonitSource; openDashboard: () => Promise<DashboardServer> }> {
    const { platformSource } = await import('../ui/monit/source.js')
    const app = await this.appName(flags)
    const api = await this.platform(flags)
    return {
      source: platformSource(api, app),
      openDashboard: () => this.dashboard(api, app, flags.local),
    }
  }

  /** In this process, with what was recorded before; nothing may be written over the screen. */
  private async dashboard(
    api: PlatformApi,
    app: string,
    isLocal: boolean,
  ): Promise<DashboardServer> {
    const [{ startDashboard }, { openHistory }, { recordFolders }, { getApp, resolveEndpoint }] =
      await Promise.all([
        import('../dashboard/server.js'),
        import('../history/index.js'),
        import('../embedded/daemon/folders.js'),
        import('../heroku/index.js'),
      ])
    const { id } = await getApp(api, app)
    const { embedded, own } = recordFolders()
    return startDashboard({
      api,
      apps: [app],
      platform: isLocal ? 'local' : 'heroku',
      openHistory: () => openHistory({ app, id, others: [embedded, own] }),
      isReadOnly: false,
      version: this.config.version,
      renewLogin: async () =>
        void Object.assign(
          api.endpoint,
          await resolveEndpoint({ local: isLocal, env: process.env }),
        ),
    })
  }

  private async screen(
    source: MonitSource,
    sort: Sort | undefined,
    openDashboard: (() => Promise<DashboardServer>) | undefined,
  ): Promise<void> {
    const [{ MonitSession }, { untilStopped }] = await Promise.all([
      import('../ui/monit/session.js'),
      import('../ui/following.js'),
    ])
    const stop = untilStopped()
    try {
      await new MonitSession(source, sort, openDashboard).run(stop.signal, (underWay) =>
        writeErr(
          `${underWay}\nIt is ended in order; Ctrl-C leaves it as it is: look at ` +
            `${source.unit === 'instances' ? 'shipit ps --dev' : this.withLocal(`shipit ps --app ${source.name}`)}\n`,
        ),
      )
    } finally {
      stop.release()
    }
  }

  private async print(source: MonitSource, every: number, sort: Sort | undefined): Promise<void> {
    const [{ sortDynos }, { monitReport, NewEvents, plainLines }, { lineWriter, untilStopped }] =
      await Promise.all([
        import('../ui/instances.js'),
        import('../ui/monit/plain.js'),
        import('../ui/following.js'),
      ])
    const stop = untilStopped()
    const out = lineWriter()
    const events = new NewEvents()
    try {
      const began = performance.now()
      let due = 0
      let problemBefore: string | null = null
      for await (const seen of source.watch({
        every: Math.min(every, LOOK_EVERY),
        signal: AbortSignal.any([stop.signal, out.readerGone]),
      })) {
        const { model, problem, watched } = seen
        // The first poll comes before the log does.
        if (performance.now() < due || (model.now === 0 && performance.now() - began < FIRST_LINES))
          continue
        due = performance.now() + every - LOOK_EVERY / 2
        const now = Date.now()
        const reports = source.report(seen, now)
        const report = monitReport(
          source.name,
          sort ? sortDynos(reports, sort) : reports,
          model,
          events.of(model),
          problem ?? (model.now > 0 ? source.missing(reports, watched) : undefined),
          now,
        )
        for (const line of this.jsonEnabled()
          ? [safeJson(monitDocument(report))]
          : plainLines(report, problemBefore, source.unit))
          await out.write(line)
        problemBefore = report.problem
      }
    } finally {
      out.release()
      stop.release()
    }
  }
}
