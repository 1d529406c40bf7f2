/**
 * The figures of one instance: one name each, from where it is measured to the model, `--json` (in
 * snake_case) and the columns of `ps`. How the log line has them stays as it is: old runtimes and
 * readers of logs go by it.
 */

interface Figure {
  /** Its key in the runtime's line. */
  key: string
  /** As the line has it, after so many digits. */
  unit: string
  digits: number
}

export const FIGURES = {
  /** What all its processes take. */
  memoryMb: { key: 'sample#memory_rss', unit: 'MB', digits: 2 },
  /** In use on V8's heap, and outside it (buffers). */
  heapMb: { key: 'sample#memory_heap', unit: 'MB', digits: 2 },
  externalMb: { key: 'sample#memory_external', unit: 'MB', digits: 2 },
  /** Where PM2 restarts it: max_memory_restart. */
  memoryLimitMb: { key: 'sample#memory_limit', unit: 'MB', digits: 2 },
  /** Of one CPU. */
  cpuPercent: { key: 'sample#cpu', unit: '%', digits: 1 },
  /** 95th percentile of how late the event loop was. */
  eventLoopP95Ms: { key: 'sample#event_loop_p95', unit: 'ms', digits: 2 },
  requestsPerMinute: { key: 'sample#requests', unit: 'rpm', digits: 0 },
  activeRequests: { key: 'sample#active_requests', unit: '', digits: 0 },
} satisfies Record<string, Figure>

export type FigureName = keyof typeof FIGURES
/** Undefined if it is not reported: by other interpreters, in the first seconds, without a limit. */
export type Figures = Record<FigureName, number | undefined>

const ALL = Object.entries(FIGURES) as [FigureName, Figure][]
const EACH = ALL.map(([name]) => name)
const NAMES = new Map(ALL.map(([name, { key }]) => [key, name]))

/** The figure that a key of the runtime's line has. */
export const figureOfKey = (key: string): FigureName | undefined => NAMES.get(key)

/** The fields of the runtime's line. */
export const figureFields = (figures: Partial<Figures>): Record<string, string | undefined> =>
  Object.fromEntries(
    ALL.map(([name, { key, unit, digits }]) => [
      key,
      figures[name] === undefined ? undefined : `${figures[name].toFixed(digits)}${unit}`,
    ]),
  )

/** Every figure of a sample, or the same value of each. */
export function eachFigure<Value>(valueOf: (name: FigureName) => Value): Record<FigureName, Value> {
  // Called for each instance at each look: hundreds of them.
  const figures: Partial<Record<FigureName, Value>> = {}
  for (const name of EACH) figures[name] = valueOf(name)
  return figures as Record<FigureName, Value>
}
