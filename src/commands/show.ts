import { Args } from '@oclif/core'
import { BaseCommand } from '../ui/base-command.js'
import { appFlags, devFlag } from '../ui/flags.js'
import { writeErr } from '../lib/terminal.js'
import {
  detailsDocument,
  dynoReportDocument,
  instanceDocument,
  type SHOW,
} from '../json/monitor.js'
import type { Json } from '../json/schema.js'

export default class Show extends BaseCommand {
  static override json = async () => (await import('../json/monitor.js')).SHOW
  /** PM2's words. */
  static override aliases = ['describe']
  static override summary = 'show all that is known of a dyno, or of one instance in it'
  static override description =
    'State, release, size, figures, limits, where the memory goes, the last events and the ' +
    "last error lines, as the Platform API and the app's recent log tell them."
  static override examples = [
    '<%= config.bin %> <%= command.id %> web.1',
    '<%= config.bin %> <%= command.id %> web.1 api:0',
    '<%= config.bin %> <%= command.id %> api',
    '<%= config.bin %> <%= command.id %> web.1 0 --json',
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
  static override flags = { ...appFlags, ...devFlag }

  async run(): Promise<Json<typeof SHOW>> {
    const { args, flags } = await this.parse(Show)
    const dev = await this.devSessions(flags, false)
    const width = process.stdout.isTTY ? process.stdout.columns : undefined
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
}
