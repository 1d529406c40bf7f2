import { dynoReportDocument } from '../../json/dyno-documents.js'
import type { DynoReport, SnapshotOptions } from '../../monitor/index.js'
import { AppWatch } from '../app-watch.js'
import type { DashboardOptions } from '../dashboard.js'
import { detailsIn } from '../details.js'
import { exceptionGroups } from '../exception-groups.js'
import { formationDocument } from '../formation.js'
import { markDocument } from '../mark-news.js'
import { quotaOf, seriesDocument } from '../series-document.js'
import { summarise } from '../summary.js'
import type { AppSnapshot, SeriesDocument, SnapshotDocument } from '../wire.js'

/** Lines of the log that are taken along: as many as Heroku keeps. */
const LINES = 1500
/** Values of a chart, as the page asks for; and of all dynos and instances together. */
const POINTS = { most: 720, least: 180, ofAll: 180_000 }

/** Values of a dyno's or an instance's chart: those of 800 instances are not to fill 25 MB. */
export const pointsEach = (places: number): number =>
  Math.max(POINTS.least, Math.min(POINTS.most, Math.floor(POINTS.ofAll / places)))

export interface ExportOptions extends Pick<
  DashboardOptions,
  'api' | 'apps' | 'platform' | 'openHistory' | 'version'
> {
  /** ms since the epoch: charts and marks from then on. */
  from: number
  onFollow?: SnapshotOptions['onFollow']
}

/**
 * All that the dashboard would tell of its apps now, masked nowhere yet.
 * @throws ShipitError if the platform cannot be asked
 */
export async function takeDashboard(options: ExportOptions): Promise<SnapshotDocument> {
  const { api, apps: names, platform, openHistory, version, from, onFollow } = options
  const watches: AppWatch[] = []
  const histories = []
  try {
    for (const name of names) {
      const history = await openHistory(name)
      histories.push(history)
      const watch = new AppWatch(api, name, history)
      await watch.lookOnce(onFollow)
      watches.push(watch)
    }
    const to = Date.now()
    const apps: SnapshotDocument['apps'] = {}
    for (const watch of watches) apps[watch.app] = await appSnapshot(watch, { from, to })
    return {
      from,
      to,
      overview: {
        apps: watches.map((watch) => summarise(watch, platform, to)),
        is_read_only: true,
        shipit_version: version,
        now: to,
      },
      apps,
    }
  } finally {
    await Promise.all(histories.map((history) => history.close()))
  }
}

async function appSnapshot(
  watch: AppWatch,
  range: { from: number; to: number },
): Promise<AppSnapshot> {
  const reports = watch.reports(range.to)
  const series: AppSnapshot['series'] = {}
  const details: AppSnapshot['details'] = {}
  const places = placesIn(reports)
  const each = pointsEach(places.length)
  for (const of of [undefined, ...places]) {
    const key = Object.values(of ?? {}).join(' ')
    const quota = quotaOf(reports, of ?? {})
    series[key] = known(
      seriesDocument(watch.history, of ?? {}, { ...range, points: of ? each : POINTS.most }, quota),
    )
    if (!of) continue
    const { dyno: _dyno, instance: _instance, ...rest } = await detailsIn(watch, of)
    details[key] = rest
  }
  return {
    dynos: reports.map(dynoReportDocument),
    marks: watch.history.marks(range).map(markDocument),
    series,
    details,
    routes: watch.requests.routes(range.to),
    exceptions: exceptionGroups(watch.model),
    // Who it was need not stand on a page that is passed on.
    releases: (await watch.releases.list()).map((release) => ({ ...release, user: '' })),
    formation: withoutUsers(await formationDocument(watch.api, watch.app, reports)),
    log: watch.log.before(watch.log.next, LINES).lines,
  }
}

const placesIn = (reports: readonly DynoReport[]): { dyno: string; instance?: string }[] =>
  reports.flatMap(({ name, instances }) => [
    { dyno: name },
    ...instances.map(({ id }) => ({ dyno: name, instance: id })),
  ])

const withoutUsers = (formation: AppSnapshot['formation']): AppSnapshot['formation'] => ({
  ...formation,
  builds: formation.builds.map((build) => ({ ...build, user: '' })),
})

/** Without the values of figures of which none is known: of an instance they are most. */
function known(series: SeriesDocument): SeriesDocument {
  const entries = Object.entries(series).map(([name, values]: [string, unknown]) => [
    name,
    Array.isArray(values) && values.every((value) => value === null) ? [] : values,
  ])
  return Object.fromEntries(entries) as SeriesDocument
}
