import { Args } from '@oclif/core'
import { ShipitError } from '../errors.js'
import type { DynoReport, InstanceReport } from '../monitor/index.js'
import { unknownName } from '../lib/nearest.js'
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
  /** PM2's words. */
  static override aliases = ['describe']
  static override summary = 'show all that is known of a dyno, or of one instance in it'
  static override description =
    'State, release, size, figures, limits, where the memory goes, the last events and the ' +
    "last error lines, as the Platform API and the app's recent log tell them."
  static override examples = [
    '<%= config.bin %> <%= command.id %> web.1',
    '<%= config.bin %> <%= command.id %> web.1 api:0',
    '<%= config.bin %> <%= command.id %> web.1 0 --json',
    '<%= config.bin %> <%= command.id %> api --dev',
  ]
  static override args = {
    dyno: Args.string({
      ignoreStdin: true,
      required: true,
      description: "dyno, such as web.1; with --dev an app, PM2's id or app:instance",
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
    if (dev) return (await import('../ui/dev/ps.js')).showDev(this, dev, args.dyno, width)
    const app = await this.appName(flags)
    const api = await this.platform(flags)
    const [{ takeSnapshot }, { reportDynos }, { detailsOf }] = await Promise.all([
      import('../monitor/snapshot.js'),
      import('../monitor/report.js'),
      import('../monitor/details.js'),
    ])
    const { waitingForFigures } = await import('../ui/formation.js')
    const { dynos, model, problem, watched } = await takeSnapshot(api, app, {
      selection: { name: args.dyno },
      onFollow: waitingForFigures,
    })
    const found = dynos.find(({ name }) => name === args.dyno)
    if (!found) throw noDyno(args.dyno, reportDynos(dynos, model, Date.now()), app)
    const dyno = reportDynos([found], model, Date.now())[0]!
    const instance = args.instance === undefined ? undefined : choose(dyno, args.instance)
    const { getRelease } = await import('../heroku/resources.js')
    const release = (await getRelease(api, app, dyno.release.version)).description
    const details = detailsOf(model, dyno, instance)
    if (!this.jsonEnabled()) {
      const { renderDetails } = await import('../ui/details.js')
      this.log(renderDetails({ app, dyno, instance, details, release }, width))
    }
    const { missingFigures } = await import('../ui/formation.js')
    const why = problem ?? (this.jsonEnabled() ? undefined : missingFigures([dyno], watched))
    if (why !== undefined) writeErr(`\n${why}\n`)
    return {
      dyno: dynoReportDocument(dyno),
      instance: instance ? instanceDocument(instance) : null,
      release_description: release,
      ...detailsDocument(details),
    }
  }
}

/** PM2 shows an app by its name or number; here its dyno stands before it. */
function noDyno(typed: string, dynos: DynoReport[], app: string): ShipitError {
  const unknown = unknownName('dyno', typed, dynos.map(({ name }) => name).sort())
  const found = dynos.flatMap((dyno) =>
    dyno.instances
      .filter((instance) => instance.id === typed || instance.app === typed)
      .map(({ id }) => `shipit show ${dyno.name} ${id} --app ${app}`),
  )[0]
  return new ShipitError('not_found', {
    ...unknown,
    next:
      found === undefined
        ? unknown.next
        : `${unknown.next}\nAn instance stands after its dyno: ${found}`,
  })
}

/** `api:0`, `api` if it has one instance, `0` where one app has it. */
function choose(dyno: DynoReport, typed: string): InstanceReport {
  const fitting = dyno.instances.filter(
    ({ id, app, instance }) => id === typed || app === typed || String(instance) === typed,
  )
  const exact =
    fitting.find(({ id }) => id === typed) ?? (fitting.length === 1 ? fitting[0] : undefined)
  if (exact) return exact
  const ids = dyno.instances.map(({ id }) => id)
  if (fitting.length > 1)
    throw new ShipitError('usage', {
      message: `${typed} is more than one instance of ${dyno.name}.`,
      next: `Name one of ${fitting.map(({ id }) => id).join(', ')}`,
    })
  if (ids.length === 0)
    throw new ShipitError('not_found', {
      message: `The log of ${dyno.name} tells of no instance.`,
      why: 'Instances are known by the lines that shipit-runtime prints.',
      next: `shipit show ${dyno.name}`,
    })
  throw new ShipitError('not_found', unknownName(`instance in ${dyno.name}`, typed, ids))
}
