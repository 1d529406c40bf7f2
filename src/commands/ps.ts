import { Args, Flags } from '@oclif/core'
import type { Snapshot, DynoReport } from '../monitor/index.js'
import type { PlatformApi } from '../heroku/index.js'
import type { Selection } from '../operate/index.js'
import { BaseCommand } from '../ui/base-command.js'
import { type Sort, appFlags, devFlag, pastTime, sortFlag } from '../ui/flags.js'
import { dynoReportDocument, pastReportDocument } from '../json/dyno-documents.js'
import type { PS } from '../json/monitor.js'
import type { Json } from '../json/schema.js'
import { safeJson, writeErr } from '../lib/terminal.js'

/** ms between two polls of --watch: on a terminal, and where each is printed below the last. */
const REPAINT = 1000
const REPRINT = 2000

export default class Ps extends BaseCommand {
  static override json = async () => (await import('../json/monitor.js')).PS
  /** PM2's words. */
  static override aliases = ['list', 'ls', 'status']
  static override summary = "list the app's dynos, and PM2's instances inside them"
  static override description =
    'Dynos by process type, with their size, state, since when, and the release that they run; ' +
    'below each the instances that PM2 keeps in it, with the figures that shipit-runtime prints ' +
    'to the log every 20 s. A dyno whose app does not use shipit-runtime shows what Heroku ' +
    'alone tells of it.\n' +
    'With --at the same of a time of the last 24 hours, as far as it was recorded: of the ' +
    "embedded Heroku's apps always, of others by `dashboard --record`."
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> web --watch',
    '<%= config.bin %> <%= command.id %> --sort memory:desc',
    '<%= config.bin %> <%= command.id %> --app myapp --json',
    '<%= config.bin %> <%= command.id %> --at "20m ago"',
    '<%= config.bin %> <%= command.id %> --dev',
  ]
  static override args = {
    'type|dyno': Args.string({
      ignoreStdin: true,
      description: 'process type (web), dyno (web.1), app or app:instance; all when absent',
    }),
  }
  static override flags = {
    ...appFlags,
    ...devFlag,
    sort: sortFlag(),
    at: pastTime({
      description: 'as they were then, in the last 24 hours',
      exclusive: ['dev', 'watch'],
    }),
    watch: Flags.boolean({
      char: 'w',
      description: 'go on, with figures as they come, until Ctrl-C',
    }),
  }

  private noDynos: string | undefined

  async run(): Promise<Json<typeof PS> | void> {
    const { args, flags } = await this.parse(Ps)
    if (flags.at !== undefined) return this.past(flags.at, args['type|dyno'], flags)
    const dev = await this.devSessions(flags, false)
    if (dev)
      return (await import('../ui/dev/ps.js')).psDev(this, dev, {
        ...flags,
        name: args['type|dyno'],
      })
    const selection = await this.selection(args['type|dyno'])
    const app = await this.appName(flags)
    const api = await this.platform(flags)
    if (flags.watch) return this.watch(api, app, selection, flags)
    const { takeSnapshot } = await import('../monitor/snapshot.js')
    const { waitingForFigures } = await import('../ui/missing-figures.js')
    const seen = await takeSnapshot(api, app, { selection, onFollow: waitingForFigures })
    const dynos = await this.report(api, app, seen, selection, flags)
    if (!this.jsonEnabled()) this.log(await this.render(api, app, dynos, selection, flags))
    await this.explain(seen, dynos)
    return dynos.map(dynoReportDocument)
  }

  private async past(
    time: number,
    named: string | undefined,
    flags: ViewFlags & { app?: string | undefined; remote?: string | undefined; local: boolean },
  ): Promise<Json<typeof PS>> {
    const app = await this.appName(flags)
    const [{ recordedHistory }, { dynosAt, renderPast }, { recordFolders }] = await Promise.all([
      import('../ui/recorded/record.js'),
      import('../ui/recorded/past.js'),
      import('../embedded/daemon/folders.js'),
    ])
    const { embedded, own } = recordFolders()
    const recorded = await recordedHistory(await this.platform(flags), app, [embedded, own])
    const dynos = dynosAt(recorded, { time, named, sort: flags.sort })
    if (!this.jsonEnabled())
      this.log(
        renderPast(dynos, {
          app,
          time,
          sort: flags.sort,
          width: process.stdout.isTTY ? process.stdout.columns : undefined,
        }),
      )
    return dynos.map(pastReportDocument)
  }

  private async watch(
    api: PlatformApi,
    app: string,
    selection: Selection,
    flags: ViewFlags,
  ): Promise<void> {
    const [{ watchFormation }, { lineWriter, liveScreen, untilStopped }] = await Promise.all([
      import('../monitor/watch.js'),
      import('../ui/following.js'),
    ])
    const every = process.stdout.isTTY && !this.jsonEnabled() ? REPAINT : REPRINT
    const stop = untilStopped()
    const out = lineWriter()
    const signal = AbortSignal.any([stop.signal, out.readerGone])
    const screen = this.jsonEnabled() ? undefined : liveScreen()
    try {
      for await (const seen of watchFormation(api, app, { every, signal })) {
        const dynos = await this.report(api, app, seen, selection, flags)
        if (screen)
          screen.show(
            [
              await this.render(api, app, dynos, selection, flags),
              ...(seen.problem ? ['', seen.problem] : []),
            ].join('\n'),
          )
        else await out.write(safeJson(dynos.map(dynoReportDocument)))
      }
    } finally {
      screen?.end()
      out.release()
      stop.release()
    }
  }

  private async report(
    api: PlatformApi,
    app: string,
    { dynos, model }: Snapshot,
    selection: Selection,
    { sort }: ViewFlags,
  ): Promise<DynoReport[]> {
    const { byTypeAndNumber } = await import('../heroku/resources.js')
    const { reportDynos } = await import('../monitor/report.js')
    const { exactSelection } = await import('../operate/select.js')
    const { name, type } = exactSelection(selection, dynos, dynos)
    const chosen = dynos
      .filter(
        (dyno) =>
          (name === undefined || dyno.name === name) && (type === undefined || dyno.type === type),
      )
      .sort(byTypeAndNumber)
    const reports =
      chosen.length === 0 && (name ?? type) !== undefined
        ? await this.ofInstances(api, app, { dynos, model }, selection)
        : reportDynos(chosen, model, Date.now())
    if (!sort) return reports
    const { sortDynos } = await import('../ui/instances.js')
    return sortDynos(reports, sort)
  }

  /** An app or an instance is no type, and not known before the log is read. */
  private async selection(text: string | undefined): Promise<Selection> {
    const { parseSelection } = await import('../operate/select.js')
    return text !== undefined && /^\d+$|:\d+$/.test(text) ? { type: text } : parseSelection(text)
  }

  /**
   * The dynos that run an app or an instance, with nothing else in them. A type of the formation
   * may have no dyno now; anything else is a mistake.
   */
  private async ofInstances(
    api: PlatformApi,
    app: string,
    { dynos, model }: Pick<Snapshot, 'dynos' | 'model'>,
    { name, type }: Selection,
  ): Promise<DynoReport[]> {
    const [{ listFormation }, { selectDynos }, names, { reportDynos }] = await Promise.all([
      import('../heroku/resources.js'),
      import('../operate/select.js'),
      import('../operate/names.js'),
      import('../monitor/report.js'),
    ])
    const formation = await listFormation(api, app)
    const types = formation.map((row) => row.type)
    if (type !== undefined && types.includes(type)) return []
    if (name !== undefined) selectDynos(dynos, formation, { name }, app)
    const named = names.resolveName(type, {
      types,
      dynos: dynos.map((dyno) => dyno.name),
      instances: names.placedIn({ dynos, model }),
    })
    if (named.kind !== 'instances') return []
    return reportDynos(
      dynos.filter((dyno) => names.dynosOf(named).includes(dyno.name)),
      model,
      Date.now(),
    ).map((dyno) => ({
      ...dyno,
      instances: dyno.instances.filter(
        (one) =>
          one.app === named.app &&
          (named.instance === undefined || one.instance === named.instance),
      ),
    }))
  }

  private async render(
    api: PlatformApi,
    app: string,
    dynos: readonly DynoReport[],
    { type }: Selection,
    { sort }: ViewFlags,
  ): Promise<string> {
    if (dynos.length === 0)
      return this.withLocal(
        `${app} has no ${type ? `dyno of type ${type}` : 'dynos'}. ` +
          `${await this.advice(api, app, type)}`,
      )
    const { renderFormation } = await import('../ui/formation.js')
    return renderFormation(dynos, {
      sort,
      width: process.stdout.isTTY ? process.stdout.columns : undefined,
    })
  }

  /** Asked once: a watch repaints every second. */
  private async advice(api: PlatformApi, app: string, type: string | undefined): Promise<string> {
    const [{ listFormation }, { startAdvice }] = await Promise.all([
      import('../heroku/resources.js'),
      import('../operate/start-advice.js'),
    ])
    this.noDynos ??= startAdvice(app, await listFormation(api, app), type)
    return this.noDynos
  }

  private async explain(
    { problem, watched }: Snapshot,
    dynos: readonly DynoReport[],
  ): Promise<void> {
    const { missingFigures } = await import('../ui/missing-figures.js')
    const why = problem ?? missingFigures(dynos, watched)
    // oclif's logToStderr is silent with --json, which a reader should be told of too.
    if (problem !== undefined || (why !== undefined && !this.jsonEnabled())) writeErr(`\n${why}\n`)
  }
}

interface ViewFlags {
  sort?: Sort | undefined
}
