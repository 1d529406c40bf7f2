import type { DynoModel, DynoReport } from '../../monitor/index.js'
import { ofFormation, standingOf } from '../app-state.js'
import type { AppWatch } from '../app-watch.js'
import type { AppState } from '../wire.js'
import type { Incident } from './incidents.js'
import type { RequestTotals } from './request-window.js'

const MINUTE = 60_000
/** ms after which figures are old, and nothing is judged by them. */
const FRESH = MINUTE
/** ms of incidents that rules may look at. */
const INCIDENTS = 15 * MINUTE
/** ms that two lines of figures are apart, unless the app has set another time. */
const FIGURES_EVERY = 20_000
/** ms of the charts in which the time between two lines of figures is looked for. */
const LOOKED_AT = 30 * MINUTE

/** What is known of an app at one moment: all that rules judge by. Memory in MB, times in ms. */
export interface AppFacts {
  app: string
  /** ms since the epoch. */
  now: number
  /** Why the platform does not tell how the app is now; null if it does. */
  problem: string | null
  state: AppState
  /** Why it is not up, in a sentence. */
  why: string | null
  /** Of its formation: one-off dynos come and go. */
  dynos: readonly DynoFacts[]
  requests: { lastMinute: RequestTotals; lastThreeMinutes: RequestTotals }
}

export interface Memory {
  usedMb: number
  /** What it is held against: the dyno's quota, or where PM2 restarts an instance. */
  limitMb: number
}

export interface DynoFacts {
  name: string
  /** The platform's word: starting, up, idle, crashed, down. */
  state: string
  /** Null if it is not known, or no longer. */
  memory: Memory | null
  instances: readonly { id: string; status: string | null; memory: Memory | null }[]
  /** When shipit-runtime last told of it, since it started; null if it never did. */
  heardAt: number | null
  /** ms between its lines of figures. */
  figuresEvery: number
  /** Oldest first. */
  incidents: readonly Incident[]
}

/** @param now ms since the epoch */
export function factsOf(watch: AppWatch, now: number): AppFacts {
  const dynos = ofFormation(watch.reports(now))
  const { state, state_why: why } = standingOf(dynos)
  return {
    app: watch.app,
    now,
    problem: watch.problem?.text ?? (watch.isUnreachable ? 'It was not seen yet.' : null),
    state,
    why,
    dynos: dynos.map((dyno) => dynoFacts(dyno, watch, now)),
    requests: {
      lastMinute: watch.requestWindow.last(MINUTE, now),
      lastThreeMinutes: watch.requestWindow.last(3 * MINUTE, now),
    },
  }
}

function dynoFacts(dyno: DynoReport, { model, incidents }: AppWatch, now: number): DynoFacts {
  const known = model.dynos.get(dyno.name)
  const heardAt = heardOf(dyno, known)
  const isFresh = (known?.seenAt ?? 0) > now - FRESH
  return {
    name: dyno.name,
    state: dyno.state,
    memory: isFresh ? memoryOf(dyno.memoryMb, dyno.memoryQuotaMb) : null,
    instances: dyno.instances.map(({ id, status, memoryMb, memoryLimitMb, sampledAt }) => ({
      id,
      status,
      memory:
        sampledAt !== null && Date.parse(sampledAt) > now - FRESH
          ? memoryOf(memoryMb, memoryLimitMb)
          : null,
    })),
    heardAt,
    figuresEvery:
      known && heardAt !== null && heardAt < now - FRESH ? figuresEvery(known, now) : FIGURES_EVERY,
    incidents: incidents.since(dyno.name, now - INCIDENTS),
  }
}

const memoryOf = (usedMb: number | null, limitMb: number | null): Memory | null =>
  usedMb === null || limitMb === null || limitMb <= 0 ? null : { usedMb, limitMb }

/** Lines of a dyno that had this name before tell nothing of this one: its report has left them out. */
function heardOf({ instances }: DynoReport, known: DynoModel | undefined): number | null {
  const heard = instances.flatMap(({ id }) => known?.instances.get(id)?.seenAt ?? [])
  return heard.length === 0 ? null : Math.max(...heard)
}

/** SHIPIT_METRICS may say that figures come less often than every 20 s: the last two tell. */
function figuresEvery({ instances }: DynoModel, now: number): number {
  let longest = FIGURES_EVERY
  for (const { history } of instances.values()) {
    let [last, apart] = [NaN, NaN]
    history.each('memoryMb', now - LOOKED_AT, (time) => {
      apart = time - last
      last = time
    })
    if (apart > longest) longest = apart
  }
  return longest
}
