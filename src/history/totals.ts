import { ByteReader } from './bytes.js'
import type { Frame } from './frames.js'
import type { DynoTotals, Extreme, HistoryTotals, RequestTotals, Totals } from './history.js'
import { readAppFigures, readDynos, type ReadFigures } from './read-record.js'
import { FLAGS } from './record.js'
import { RequestSum } from './requests.js'
import { FIGURES, joined, MINUTE, RATE_AFTER } from './series.js'
import { CLASSES, percentile } from './service-times.js'
import { SPAN } from './span.js'

type Name = (typeof FIGURES)[number]

const unknown = (): ReadFigures => ({
  cpuPercent: NaN,
  memoryMb: NaN,
  eventLoopP95Ms: NaN,
  requestsPerMinute: NaN,
})

class Mean {
  private sum = 0
  private count = 0
  private worst = NaN
  private worstAt = NaN

  add(value: number, at: number): void {
    if (Number.isNaN(value)) return
    this.sum += value
    this.count += 1
    if (value <= this.worst) return
    this.worst = value
    this.worstAt = at
  }

  get extreme(): Extreme {
    return { mean: this.sum / this.count, worst: this.worst, worstAt: this.worstAt }
  }
}

/** What is added up of an app, of some dynos, or of an instance. */
class Place {
  private readonly means: Record<Name, Mean> = {
    cpuPercent: new Mean(),
    memoryMb: new Mean(),
    eventLoopP95Ms: new Mean(),
    requestsPerMinute: new Mean(),
  }
  private readonly routed = new Mean()
  routedMs = 0
  readonly requests = new RequestSum(new Float64Array(CLASSES))

  addFigures(figures: ReadFigures, at: number): void {
    for (const name of FIGURES) this.means[name].add(figures[name], at)
  }

  /** @param count of requests in a span, of which `passed` ms were read */
  addRequests(count: number, passed: number, at: number): void {
    this.routedMs += passed
    this.routed.add((count * MINUTE) / passed, at)
  }

  /** Takes the requests of a part of it. */
  join({ requests }: Place): void {
    this.requests.all += requests.all
    this.requests.clientErrors += requests.clientErrors
    this.requests.serverErrors += requests.serverErrors
    for (const [at, count] of requests.times!.entries()) this.requests.times![at]! += count
  }

  get totals(): Totals {
    const { cpuPercent, memoryMb, eventLoopP95Ms, requestsPerMinute } = this.means
    const isRouted = this.routedMs > 0
    return {
      cpuPercent: cpuPercent.extreme,
      memoryMb: memoryMb.extreme,
      eventLoopP95Ms: eventLoopP95Ms.extreme,
      requestsPerMinute: isRouted
        ? { ...this.routed.extreme, mean: (this.requests.all * MINUTE) / this.routedMs }
        : requestsPerMinute.extreme,
      requests: isRouted ? this.requestTotals : undefined,
    }
  }

  private get requestTotals(): RequestTotals {
    const { all, clientErrors, serverErrors, times } = this.requests
    return {
      all,
      clientErrors,
      serverErrors,
      serviceP50Ms: percentile(times!, 0.5),
      serviceP95Ms: percentile(times!, 0.95),
      serviceP99Ms: percentile(times!, 0.99),
    }
  }
}

/** One dyno's, and of its instances. */
class DynoPlace extends Place {
  size: string | undefined
  readonly instances = new Map<string, Place>()
}

/** What one span tells of a dyno, until the next one begins. */
interface Now {
  place: DynoPlace
  isChosen: boolean
  figures: ReadFigures
  /** Of the instances that were chosen. */
  chosen: ReadFigures
  ownMemory: number
  /** Requests in this span; undefined if the router tells of none, ever. */
  requests: number | undefined
}

/** Whether a dyno, or an instance in it, is asked for. */
export type Choice = (dyno: string, instance: string | undefined) => boolean

/**
 * Means, worsts and requests of a stretch, of each dyno and instance, and of all that is chosen
 * together: in one reading of its records.
 * @param choice absent: the app as a whole, with requests that no dyno took
 */
export function totalsOf(frames: readonly Frame[], choice: Choice | undefined): HistoryTotals {
  const dynos = new Map<string, DynoPlace>()
  const all = new Place()
  for (const frame of frames) addFrame(frame, dynos, all, choice)
  for (const [name, place] of dynos) if (choice?.(name, undefined)) all.join(place)
  return {
    total: all.totals,
    dynos: [...dynos].map(([name, place]): DynoTotals => ({
      name,
      size: place.size,
      ...place.totals,
      instances: [...place.instances].map(([id, one]) => ({ id, ...one.totals })),
    })),
  }
}

function addFrame(
  frame: Frame,
  dynos: Map<string, DynoPlace>,
  all: Place,
  choice: Choice | undefined,
): void {
  const at = frame.span * SPAN
  const passed = frame.until - frame.since
  const isRate = passed >= RATE_AFTER
  const chosen = { figures: unknown(), requests: NaN }
  const end = (now: Now | undefined) => {
    if (!now) return
    if (Number.isNaN(now.figures.memoryMb)) now.figures.memoryMb = now.ownMemory
    now.place.addFigures(now.figures, at)
    if (now.requests !== undefined) now.place.addRequests(now.requests, passed, at)
    join(chosen.figures, now.isChosen ? now.figures : now.chosen)
    if (now.isChosen && now.requests !== undefined)
      chosen.requests = (Number.isNaN(chosen.requests) ? 0 : chosen.requests) + now.requests
  }
  let now: Now | undefined
  let before = 0
  const placeOf = (name: string) => {
    const place = dynos.get(name) ?? new DynoPlace()
    dynos.set(name, place)
    return place
  }
  readDynos(frame, undefined, {
    requests: ({ facts, isRouted }) => {
      const { requests } = placeOf(facts.name)
      before = requests.all
      return isRouted && isRate ? requests : new RequestSum()
    },
    dyno({ facts, isRouted, memoryMb }) {
      end(now)
      const place = placeOf(facts.name)
      place.size = facts.size ?? place.size
      now = {
        place,
        isChosen: choice?.(facts.name, undefined) ?? false,
        figures: unknown(),
        chosen: unknown(),
        ownMemory: memoryMb,
        requests: isRouted && isRate ? place.requests.all - before : undefined,
      }
    },
    row(row, { facts }) {
      const { place, figures } = now!
      const instance = place.instances.get(row.process.id) ?? new Place()
      place.instances.set(row.process.id, instance)
      instance.addFigures(row, at)
      join(figures, row)
      if (choice?.(facts.name, row.process.id)) join(now!.chosen, row)
    },
  })
  end(now)
  if (choice) {
    all.addFigures(chosen.figures, at)
    if (!Number.isNaN(chosen.requests)) all.addRequests(chosen.requests, passed, at)
  } else addApp(frame, all, { at, passed: isRate ? passed : 0 })
}

function addApp(frame: Frame, all: Place, { at, passed }: { at: number; passed: number }): void {
  const from = new ByteReader(frame.bytes, frame.bodyAt)
  all.addFigures(readAppFigures(from), at)
  if (passed === 0) return
  const before = all.requests.all
  all.requests.read(from)
  if ((frame.flags & FLAGS.routed) !== 0) all.addRequests(all.requests.all - before, passed, at)
}

function join(into: ReadFigures, more: ReadFigures): void {
  for (const name of FIGURES) into[name] = joined(name, into[name], more[name])
}
