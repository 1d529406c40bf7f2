import type { DynoModel } from './dyno.js'
import type { History } from './history.js'
import type { FormationModel } from './model.js'
import type { Traffic } from './traffic.js'

/**
 * The figures of an app, a dyno or an instance over time, oldest first, one value a SPAN; NaN where
 * none was told.
 */
export interface Series {
  /** Percent of one CPU, of all instances together. */
  cpuPercent: number[]
  /** MB, of all together. */
  memoryMb: number[]
  /** ms: of the instance that is worst off. */
  eventLoopP95Ms: number[]
  /** A minute, as the router counts them, else as the instances do. */
  requestsPerMinute: number[]
  /** A minute: requests answered with 5xx or broken off by the router. */
  errorsPerMinute: number[]
}

export const EMPTY_SERIES: Series = {
  cpuPercent: [],
  memoryMb: [],
  eventLoopP95Ms: [],
  requestsPerMinute: [],
  errorsPerMinute: [],
}

export interface SeriesOf {
  /** Only this dyno, or all. */
  dyno?: string | undefined
  /** Only this instance of it: `api:0`. */
  instance?: string | undefined
}

/** ms between two lines of an instance, and so of one value. */
export const SPAN = 20_000
/**
 * A figure stands for this many values after its own, so that a line that comes a little late
 * leaves no hole.
 */
const LASTS = 1

type Join = (one: number, other: number) => number
const sum: Join = (one, other) => one + other
const worst: Join = (one, other) => Math.max(one, other)

/** The last `count` values up to `now` (ms since the epoch). */
export function seriesOf(
  model: FormationModel,
  { dyno, instance }: SeriesOf,
  count: number,
  now: number,
): Series {
  const dynos =
    dyno === undefined
      ? [...model.dynos.values()]
      : [model.dynos.get(dyno)].filter((one) => one !== undefined)
  const instances = dynos
    .flatMap((one) => [...one.instances])
    .filter(([id]) => instance === undefined || id === instance)
    .map(([, { history }]) => history)
  const empty = () => new Array<number>(count).fill(NaN)
  const joined = <Name extends string>(
    histories: readonly History<Name>[],
    name: NoInfer<Name>,
    join: Join,
    lasts = LASTS,
  ) => histories.reduce((into, history) => add(into, history, name, join, now, lasts), empty())
  const traffic = dyno === undefined ? model.traffic : model.dynos.get(dyno)?.traffic
  const routed = instance === undefined && traffic !== undefined && traffic.requests > 0
  return {
    cpuPercent: joined(instances, 'cpuPercent', sum),
    memoryMb:
      instances.length > 0
        ? joined(instances, 'memoryMb', sum)
        : joined(
            dynos.map(({ history }: DynoModel) => history),
            'memoryMb',
            sum,
          ),
    eventLoopP95Ms: joined(instances, 'eventLoopP95Ms', worst),
    requestsPerMinute: routed
      ? withLatest(joined([traffic.history], 'requests', sum, 0), traffic, 'requests', now)
      : joined(instances, 'requestsPerMinute', sum),
    errorsPerMinute:
      traffic && traffic.requests > 0
        ? withLatest(joined([traffic.history], 'errors', sum, 0), traffic, 'errors', now)
        : empty(),
  }
}

/**
 * Lays a history over the values: each of its points on the span that it fell in, and on those that
 * it lasts for.
 */
function add<Name extends string>(
  into: number[],
  history: History<Name>,
  name: Name,
  join: Join,
  now: number,
  lasts: number,
): number[] {
  let last: number | undefined
  let lastValue = NaN
  const put = (at: number, value: number) => {
    if (at >= 0 && at < into.length && !Number.isNaN(value))
      into[at] = Number.isNaN(into[at]!) ? value : join(into[at]!, value)
  }
  const until = (next: number) => {
    if (last === undefined) return
    for (let at = last; at < Math.min(next, last + 1 + lasts); at += 1) put(at, lastValue)
  }
  history.each(name, now - (into.length + lasts) * SPAN, (time, value) => {
    const at = into.length - 1 - Math.floor(Math.max(0, now - time) / SPAN)
    // Of two lines that fell in one span the last one stands.
    if (at !== last) until(at)
    last = at
    lastValue = value
  })
  until(into.length)
  return into
}

/** The span that is not over yet has its rate too. */
function withLatest(
  values: number[],
  traffic: Traffic,
  name: 'requests' | 'errors',
  now: number,
): number[] {
  const rate = traffic.perMinute(now)?.[name]
  if (rate !== undefined) values[values.length - 1] = rate
  return values
}
