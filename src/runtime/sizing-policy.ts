/**
 * Whether an app gets an instance more or one fewer while the dyno runs, as a function of what was
 * known before and what is seen now.
 * Plain data in and out, so that a day can be simulated. Memory is in MB, times in ms.
 */

interface InstanceSample {
  memory: number
  /** Since its start. */
  uptime: number
  /** How much of the last interval it ran or waited for a CPU, 0 to 1. */
  load: number
  /** ms the event loop was late, and requests under way; absent if it does not report them. */
  eventLoopP95Ms?: number | undefined
  activeRequests?: number | undefined
  /** It serves: listening, and neither starting nor on its way out. */
  isServing: boolean
}

export interface AppSample {
  name: string
  /** The most instances that its CPUs hold; undefined for an app whose number is the user's. */
  most: number | undefined
  /** A reload of an instance did not help: that is what the app takes. */
  isGivenUp: boolean
  /** Instances in all, those included that wait for a restart. */
  count: number
  instances: InstanceSample[]
}

export interface DynoSample {
  at: number
  memory: number
  /** What the supervisor and PM2's agent take. */
  overhead: number
  apps: AppSample[]
}

export interface AppState {
  changedAt: number
  /** When it came to be busy without a pause. */
  busySince?: number | undefined
  /** The largest instance at recent samples, and at those of the last minutes. */
  recent: Point[]
  past: Point[]
  /** After there were too many: as many as this at most, until then. */
  ceiling?: { count: number; until: number; hold: number } | undefined
}

interface Point {
  at: number
  size: number
}

export type SizingState = Record<string, AppState>

export interface Decision {
  app: string
  change: 1 | -1
  why: string
}

/** Beyond this part of its memory a dyno counts as full; R14 begins at the whole. */
export const FULL = 0.985
/**
 * Busy for this long, with its memory at rest for as long, an app gets one more; and no sooner
 * after the last change.
 */
const BUSY_FOR = 3000
/**
 * An instance is busy that ran, or waited to run, for this part of the time, or whose event loop is
 * this late (ms) with requests under way.
 */
const BUSY_LOAD = 0.6
const BUSY_LATE = 30
/** Memory is at rest if it grows by less than this part in BUSY_FOR. */
const AT_REST = 0.03
/** Room for the growth of those that are there when one is added. */
const MARGIN = 1.02
/**
 * An app that grew by this part within SOON takes what its traffic needs; one that grows more
 * slowly leaks, and is the guard's to reload.
 */
const GREW = 1.15
const SOON = 60_000
/** How long samples are remembered, one in so many ms. */
const PAST = 300_000
const PAST_STEP = 15_000
/** As many as were too many are tried again after this; each time it fails the wait doubles. */
const HOLD = 7_200_000
const LONGEST_HOLD = 86_400_000

/** Decides about at most one instance. The state that it returns belongs to the next sample. */
export function decide(
  before: SizingState,
  sample: DynoSample,
): { state: SizingState; decision?: Decision } {
  const state = Object.fromEntries(
    sample.apps.map((app) => [app.name, observe(before[app.name], app, sample.at)]),
  )
  const decision = fewer(state, sample) ?? more(state, sample)
  if (!decision) return { state }
  const app = sample.apps.find((one) => one.name === decision.app) as AppSample
  return {
    state: { ...state, [app.name]: changed(state[app.name] as AppState, app, decision, sample.at) },
    decision,
  }
}

/** What all of the dyno takes. */
export function used({ overhead, apps }: DynoSample): number {
  return overhead + sum(apps.flatMap((app) => app.instances.map((one) => one.memory)))
}

export function isFull(sample: DynoSample): boolean {
  return used(sample) > FULL * sample.memory
}

function observe(before: AppState | undefined, app: AppSample, at: number): AppState {
  const { changedAt, busySince, recent, past, ceiling } = before ?? {
    changedAt: at,
    recent: [],
    past: [],
  }
  const point = { at, size: largest(app) }
  const isPastDue = at - (past.at(-1)?.at ?? -Infinity) >= PAST_STEP
  return {
    changedAt,
    busySince: isBusy(app) ? (busySince ?? at) : undefined,
    recent: [...recent.filter((one) => at - one.at <= BUSY_FOR), point],
    past: isPastDue ? [...past.filter((one) => at - one.at <= PAST), point] : past,
    ceiling,
  }
}

/**
 * In a full dyno the app that takes most gives one up; unless an instance of it leaks, which a
 * reload cures.
 */
function fewer(state: SizingState, sample: DynoSample): Decision | undefined {
  if (!isFull(sample) && used(sample) + rise(state, sample) <= sample.memory) return undefined
  const [app] = sample.apps
    .filter((one) => one.most !== undefined && one.count > 1)
    .sort((a, b) => total(b) - total(a))
  if (!app || (!app.isGivenUp && leaks(state[app.name] as AppState, app, sample.at)))
    return undefined
  const size = Math.round(total(app) / app.instances.length)
  return {
    app: app.name,
    change: -1,
    why:
      `the dyno is full: ${Math.round(used(sample))} of ${sample.memory} MB, ${size} MB an ` +
      'instance',
  }
}

/** What all will have grown by in another BUSY_FOR: an instance needs about as long to go. */
function rise(state: SizingState, { at, apps }: DynoSample): number {
  return sum(
    apps.map((app) => {
      const { recent, past } = state[app.name] as AppState
      // What the collector gives and takes stays below what was seen before.
      const isNew = largest(app) > peak(past.filter((one) => one.at < at))
      return isNew ? app.count * Math.max(0, largest(app) - (recent[0]?.size ?? Infinity)) : 0
    }),
  )
}

/** One stands out, or all have crept up. */
function leaks({ past }: AppState, app: AppSample, at: number): boolean {
  const most = largest(app)
  const least = Math.min(...app.instances.map((one) => one.memory))
  const isYoung = app.instances.some((one) => one.memory === most && one.uptime < PAST)
  const isSlow = most < GREW * peak(past.filter((one) => at - one.at >= SOON))
  return !isYoung && (isSlow || most > 1.5 * least)
}

function more(state: SizingState, sample: DynoSample): Decision | undefined {
  const room = FULL * sample.memory - used(sample) - successor(sample)
  for (const app of sample.apps) {
    const { busySince, changedAt, recent, past, ceiling } = state[app.name] as AppState
    const isHeld = ceiling !== undefined && app.count >= ceiling.count && sample.at < ceiling.until
    if (
      app.most === undefined ||
      app.count >= app.most ||
      isHeld ||
      !app.instances.every((one) => one.isServing) ||
      app.count !== app.instances.length
    )
      continue
    const isDue = busySince !== undefined && sample.at - Math.max(busySince, changedAt) >= BUSY_FOR
    const size = Math.max(largest(app), peak(past))
    const isAtRest = largest(app) <= (1 + AT_REST) * (recent[0]?.size ?? 0)
    const needed = MARGIN * (app.count + 1) * size - total(app)
    if (!isDue || !isAtRest || needed > room) continue
    return {
      app: app.name,
      change: 1,
      why:
        `busy (${busyness(app)}), and ${Math.floor(room)} MB are free for one more of ` +
        `${Math.round(size)} MB`,
    }
  }
  return undefined
}

/** An app's only instance is reloaded by a successor beside it: its room is not given away. */
function successor({ apps }: DynoSample): number {
  return Math.max(
    0,
    ...apps.filter((app) => app.count === 1 && app.most === undefined).map(largest),
  )
}

function changed(state: AppState, app: AppSample, { change }: Decision, at: number): AppState {
  const next = { ...state, changedAt: at, busySince: undefined, recent: [] }
  if (change === 1) return next
  const hold = Math.min(LONGEST_HOLD, 2 * (state.ceiling?.hold ?? HOLD / 2))
  return { ...next, ceiling: { count: app.count - 1, until: at + hold, hold } }
}

/**
 * Half of them or more: connections that clients keep open stay with the instances that were there
 * first.
 */
function isBusy({ instances }: AppSample): boolean {
  const busy = instances.filter(
    (one) =>
      one.load >= BUSY_LOAD ||
      ((one.eventLoopP95Ms ?? 0) >= BUSY_LATE && (one.activeRequests ?? 0) > 0),
  )
  return busy.length > 0 && 2 * busy.length >= instances.length
}

function busyness(app: AppSample): string {
  const load = Math.round((100 * sum(app.instances.map((one) => one.load))) / app.instances.length)
  const late = Math.max(0, ...app.instances.map((one) => one.eventLoopP95Ms ?? 0))
  const active = sum(app.instances.map((one) => one.activeRequests ?? 0))
  return [
    `${load}% of a CPU each`,
    late >= 1 ? `event loop ${Math.round(late)} ms late` : '',
    active > 0 ? `${active} requests under way` : '',
  ]
    .filter(Boolean)
    .join(', ')
}

function largest(app: AppSample): number {
  return Math.max(0, ...app.instances.map((one) => one.memory))
}

function peak(points: Point[]): number {
  return Math.max(0, ...points.map((one) => one.size))
}

function total(app: AppSample): number {
  return sum(app.instances.map((one) => one.memory))
}

function sum(values: number[]): number {
  return values.reduce((all, one) => all + one, 0)
}
