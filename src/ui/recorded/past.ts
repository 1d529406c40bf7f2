/** Dynos and instances as they were: `ps --at`, from what was recorded. */
import type { HistoryMark, PastDyno, PastInstance } from '../../history/index.js'
import { typeOfDyno } from '../../lib/dyno-name.js'
import { dynoSize } from '../../lib/dyno-sizes.js'
import { eachFigure } from '../../lib/figures.js'
import type { InstanceReport } from '../../monitor/index.js'
import { byTypeAndNumber } from '../../heroku/index.js'
import type { PastReport } from '../../json/dyno-documents.js'
import { sortDynos } from '../instances.js'
import type { Sort } from '../flags.js'
import { renderFormation } from '../formation.js'
import { timeAndAge } from '../phrases.js'
import { choiceOf } from './choice.js'
import { notThen, when, type Recorded } from './record.js'

/** ms after which R14, which comes again every 20 s, is over (the record has its first alone). */
const R14_LASTS = 60_000

interface Asked {
  /** ms since the epoch. */
  time: number
  /** A dyno, a process type, an app, an instance; all if absent. */
  named?: string | undefined
  sort?: Sort | undefined
}

/**
 * The dynos of an app at a time, with the instances that are asked for.
 * @throws ShipitError `not_found` if nothing was recorded then, or not what is named
 */
export function dynosAt(
  { id, app, history, span }: Recorded,
  { time, named, sort }: Asked,
): PastReport[] {
  const found = history.dynosAt(time)
  if (!found) throw notThen(app, `at ${when(time)}`, span)
  const marks = history.marks({ from: span.from, to: time })
  const choice = choiceOf(found, { dyno: named })
  const reports = found
    .map((dyno) => ({
      ...reported(dyno, marks, time),
      app: { id, name: app },
      isWhole: !choice || choice(dyno.name, undefined),
    }))
    .map(({ isWhole, ...dyno }) => ({
      isWhole,
      dyno: isWhole
        ? dyno
        : { ...dyno, instances: dyno.instances.filter((one) => choice?.(dyno.name, one.id)) },
    }))
    .flatMap(({ dyno, isWhole }) => (isWhole || dyno.instances.length > 0 ? [dyno] : []))
    .sort(byTypeAndNumber)
  return sort ? sortDynos(reports, sort) : reports
}

/** As `ps` prints it, under a line that says when it was. */
export function renderPast(
  dynos: readonly PastReport[],
  view: { app: string; time: number; sort?: Sort | undefined; width: number | undefined },
): string {
  const { app, time, sort, width } = view
  const at = `${app} at ${timeAndAge(new Date(time).toISOString())}`
  if (dynos.length === 0) return `${at}\n\nNo dyno ran.`
  return `${at}\n\n${renderFormation(dynos, { sort, width }, time)}`
}

function reported(
  dyno: PastDyno,
  marks: readonly HistoryMark[],
  time: number,
): Omit<PastReport, 'app'> {
  const { instances, size, type } = dyno
  const quota = size === null ? null : (dynoSize(size)?.memory ?? null)
  return {
    ...dyno,
    type: type ?? typeOfDyno(dyno.name),
    figuresFrom:
      instances.length > 0
        ? 'shipit-runtime'
        : dyno.memoryMb === null
          ? null
          : 'log-runtime-metrics',
    memoryQuotaMb: quota,
    fault: faultOf(dyno, quota, marks, time),
    instances: instances.map((one) => instanceReport(one, time)),
  }
}

/** The last code of the dyno; R14 only as long as it lasted, as far as the record tells. */
function faultOf(
  { name, created_at: created, memoryMb }: PastDyno,
  quota: number | null,
  marks: readonly HistoryMark[],
  time: number,
): string | null {
  const since = created === null ? 0 : Date.parse(created)
  const last = marks.findLast(
    ({ at, place, text }) => place === name && at >= since && text.startsWith('Error '),
  )
  const code = last && /^Error ([RL]\d\d)/.exec(last.text)?.[1]
  if (!last || code === undefined) return null
  const isOver =
    code === 'R14' && time - last.at >= R14_LASTS && (memoryMb ?? 0) <= (quota ?? Infinity)
  return isOver ? null : code
}

function instanceReport({ id, startedAt, ...one }: PastInstance, time: number): InstanceReport {
  const at = id.lastIndexOf(':')
  const known: Partial<Record<string, number | null>> = { ...figuresOf(one) }
  return {
    id,
    app: id.slice(0, at),
    instance: Number(id.slice(at + 1)),
    pid: one.pid,
    status: one.status,
    restarts: one.restarts,
    uptimeSeconds: startedAt === null ? null : Math.max(0, Math.round((time - startedAt) / 1000)),
    ...eachFigure((name) => known[name] ?? null),
    version: one.version,
    metrics: [],
    actions: [],
    sampledAt: null,
  }
}

const figuresOf = ({
  memoryMb,
  memoryLimitMb,
  cpuPercent,
  eventLoopP95Ms,
  requestsPerMinute,
}: Omit<PastInstance, 'id' | 'startedAt'>) => ({
  memoryMb,
  memoryLimitMb,
  cpuPercent,
  eventLoopP95Ms,
  requestsPerMinute,
})
