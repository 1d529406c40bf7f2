import type { DynoModel } from './dyno.js'
import type { FormationModel } from './model.js'
import type { DynoReport, InstanceReport } from './report.js'

export interface PastEvent {
  /** ISO 8601 */
  at: string
  /** The instance, such as api:0; null if it is about the dyno. */
  instance: string | null
  text: string
  isBad: boolean
}

export interface PastException {
  /** `api:0` */
  instance: string
  type: string
  /** Of the last one. */
  message: string
  /** The frame that it is from; null if none is known. */
  at: string | null
  isUncaught: boolean
  count: number
  /** ISO 8601 */
  firstAt: string
  lastAt: string
}

/** All that the log tells of one dyno or of one instance in it, beside its report. Newest last. */
export interface Details {
  events: PastEvent[]
  errorLines: { at: string; text: string }[]
  /** Errors of the app that nobody caught, or that it reported, by their type and place. */
  exceptions: PastException[]
  /** The router's and Heroku's own codes, and how often each came. */
  codes: Record<string, number>
  /** Most that was seen in the lines that the platform keeps; null if there were none. */
  peaks: { memoryMb: number | null; cpuPercent: number | null; eventLoopP95Ms: number | null }
}

/** @param instance `api:0`; without it the whole dyno */
export function detailsOf(
  model: FormationModel,
  dyno: DynoReport,
  instance?: InstanceReport,
): Details {
  const known = model.dynos.get(dyno.name)
  const iso = (time: number) => new Date(time).toISOString()
  const events = [...(known?.events ?? [])]
    .map(({ time, app, instance: index, text, isBad }) => ({
      at: iso(time),
      instance: app === undefined ? null : `${app}:${index}`,
      text,
      isBad,
    }))
    .filter((event) => instance === undefined || event.instance === instance.id)
  return {
    events,
    exceptions: [...(known?.exceptions ?? [])]
      .map(({ app, instance: index, type, message, at, isUncaught, count, first, last }) => ({
        instance: `${app}:${index}`,
        type,
        message,
        at: at ?? null,
        isUncaught,
        count,
        firstAt: iso(first),
        lastAt: iso(last),
      }))
      .filter((one) => instance === undefined || one.instance === instance.id),
    errorLines: errorLinesOf(known, dyno, instance).map(({ time, text }) => ({
      at: iso(time),
      text,
    })),
    codes: Object.fromEntries(
      [...(known?.traffic.codes ?? [])].map(([code, { count }]) => [code, count]),
    ),
    peaks: peaksOf(known, instance),
  }
}

/**
 * With several apps in a dyno each line says whose it is; with one, not which of its instances
 * wrote it.
 */
function errorLinesOf(
  known: DynoModel | undefined,
  dyno: DynoReport,
  instance: InstanceReport | undefined,
) {
  const lines = [...(known?.errorLines ?? [])]
  const isOneApp = new Set(dyno.instances.map(({ app }) => app)).size < 2
  return instance === undefined || isOneApp
    ? lines
    : lines.filter(({ text }) => text.startsWith(`[${instance.id}] `))
}

function peaksOf(
  known: DynoModel | undefined,
  instance: InstanceReport | undefined,
): Details['peaks'] {
  const of = [...(known?.instances ?? [])]
    .filter(([id]) => instance === undefined || id === instance.id)
    .map(([, one]) => one.history)
  const most = (name: 'memoryMb' | 'cpuPercent' | 'eventLoopP95Ms') => {
    const values = of
      .flatMap((history) => [...history.of(name)])
      .filter((value) => !Number.isNaN(value))
    return values.length === 0 ? null : Math.round(100 * Math.max(...values)) / 100
  }
  return {
    memoryMb: most('memoryMb'),
    cpuPercent: most('cpuPercent'),
    eventLoopP95Ms: most('eventLoopP95Ms'),
  }
}
