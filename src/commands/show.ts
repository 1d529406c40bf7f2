import { Args } from '@oclif/core'
import { BaseCommand } from '../ui/base-command.js'
import { appFlags, devFlag, pastTime } from '../ui/flags.js'
import { writeErr } from '../lib/terminal.js'
import { detailsDocument, dynoReportDocument, instanceDocument } from '../json/dyno-documents.js'
import type { SHOW } from '../json/monitor.js'
import type { Json } from '../json/schema.js'

export default class Show extends BaseCommand {
  static override json = async () => (await import('../json/monitor.js')).SHOW
  /** PM2's words. */
  static override aliases = ['describe']
  static override summary =
    'show all that is known of a dyno or an instance, or what was recorded of the app'
  static override description =
    'State, release, size, figures, limits, where the memory goes, the last events and the ' +
    "last error lines, as the Platform API and the app's recent log tell them.\n" +
    'With --since a stretch of the last 24 hours instead, of the app or of what is named: mean ' +
    'and worst of CPU, memory, event loop and requests, errors, service times, restarts, crashes, ' +
    "Heroku's codes, releases and scalings. Of the embedded Heroku's apps that is always " +
    'recorded, of others by `dashboard --record`.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> web.1',
    '<%= config.bin %> <%= command.id %> web.1 api:0',
    '<%= config.bin %> <%= command.id %> api',
    '<%= config.bin %> <%= command.id %> web.1 0 --json',
    '<%= config.bin %> <%= command.id %> --since 1h',
    '<%= config.bin %> <%= command.id %> web.1 --since 14:05 --json',
    '<%= config.bin %> <%= command.id %> api --dev',
  ]
  static override args = {
    dyno: Args.string({
      ignoreStdin: true,
      description:
        "dyno (web.1), process type (web), app (api) or instance (api:0, 0), or with --dev PM2's " +
        'id; the only dyno when absent',
    }),
    instance: Args.string({
      ignoreStdin: true,
      description: 'instance as `ps` lists it (api:0), or its app or number where that is enough',
    }),
  }
  static override flags = {
    ...appFlags,
    ...devFlag,
    since: pastTime({
      description: 'what was recorded from then on, of the last 24 hours',
      exclusive: ['dev'],
    }),
  }

  async run(): Promise<Json<typeof SHOW>> {
    const { args, flags } = await this.parse(Show)
    const dev = flags.since === undefined ? await this.devSessions(flags, false) : undefined
    const width = process.stdout.isTTY ? process.stdout.columns : undefined
    if (flags.since !== undefined) return this.since(flags.since, args, flags, width)
    if (dev) return (await import('../ui/dev/ps.js')).showDev(this, dev, args.dyno ?? 'all', width)
    const app = await this.appName(flags)
    const api = await this.platform(flags)
    const [{ takeSnapshot }, { reportDynos }, { detailsOf }] = await Promise.all([
      import('../monitor/snapshot.js'),
      import('../monitor/report.js'),
      import('../monitor/details.js'),
    ])
    const { waitingForFigures } = await import('../ui/missing-figures.js')
    const { dynos, model, problem, watched } = await takeSnapshot(api, app, {
      ...(args.dyno === undefined ? {} : { selection: { name: args.dyno } }),
      onFollow: waitingForFigures,
    })
    const reports = reportDynos(dynos, model, Date.now())
    const { findShown } = await import('../ui/shown.js')
    const shown = await findShown(reports, {
      ...args,
      spoken: `${this.spoken} %s --app ${app}`,
      isJson: this.jsonEnabled(),
    })
    const { getRelease } = await import('../heroku/builds.js')
    const { renderDetails } = await import('../ui/details.js')
    const outcomes: Json<typeof SHOW>[] = []
    for (const { dyno, instance } of shown) {
      const release = (await getRelease(api, app, dyno.release.version)).description
      const details = detailsOf(model, dyno, instance)
      outcomes.push({
        dyno: dynoReportDocument(dyno),
        instance: instance ? instanceDocument(instance) : null,
        release_description: release,
        ...detailsDocument(details),
      })
      if (!this.jsonEnabled())
        this.log(
          `${outcomes.length > 1 ? '\n' : ''}` +
            renderDetails({ app, dyno, instance, details, release }, width),
        )
    }
    const { missingFigures } = await import('../ui/missing-figures.js')
    const why =
      problem ??
      (this.jsonEnabled()
        ? undefined
        : missingFigures([...new Set(shown.map(({ dyno }) => dyno))], watched))
    if (why !== undefined) writeErr(`\n${why}\n`)
    return outcomes[0]!
  }

  private async since(
    from: number,
    typed: { dyno?: string | undefined; instance?: string | undefined },
    flags: { app?: string | undefined; remote?: string | undefined; local: boolean },
    width: number | undefined,
  ): Promise<Json<typeof SHOW>> {
    const app = await this.appName(flags)
    const [{ recordedHistory }, { showSince }, { recordFolders }] = await Promise.all([
      import('../ui/recorded/record.js'),
      import('../ui/recorded/show-since.js'),
      import('../embedded/daemon/folders.js'),
    ])
    const { embedded, own } = recordFolders()
    const recorded = await recordedHistory(await this.platform(flags), app, [embedded, own])
    const { text, document } = showSince(recorded, {
      ...typed,
      range: { from, to: Date.now() },
      width,
    })
    this.log(text)
    return document
  }
}
