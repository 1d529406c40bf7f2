import type { Dyno, LogLine } from '../heroku/index.js'
import type { Reading } from '../monitor/index.js'

/** Which figures: of the app, of one dyno, or of one instance in it (`api:0`). */
export interface HistoryOf {
  dyno?: string | undefined
  instance?: string | undefined
}

/** A stretch of time, ms since the epoch. */
export interface HistoryRange {
  from: number
  to: number
  /** At most so many values: neighbours are joined (the mean; of p95 and the like the worst). */
  points: number
}

/** Oldest first, all as long as `at`; NaN where nothing was told. Units as in monitor's Series. */
export interface HistorySeries {
  at: number[]
  stepMs: number
  cpuPercent: number[]
  memoryMb: number[]
  eventLoopP95Ms: number[]
  requestsPerMinute: number[]
  /** 4xx, and 5xx or broken off by the router. */
  clientErrorsPerMinute: number[]
  serverErrorsPerMinute: number[]
  /** Of the router's `service`. */
  serviceP50Ms: number[]
  serviceP95Ms: number[]
  serviceP99Ms: number[]
  dynoCount: number[]
}

export interface HistoryMark {
  at: number
  kind: 'release' | 'restart' | 'crash' | 'memory' | 'scale' | 'config' | 'fault'
  /** `web.1`, `web.1 api:0`, or the app's name. */
  place: string
  text: string
  isBad: boolean
}

/** What is recorded of a dyno: as the Platform API has it. */
export type HistoryDyno = Pick<
  Dyno,
  'id' | 'name' | 'type' | 'size' | 'command' | 'created_at' | 'updated_at'
> & { state: string; release: { id: string; version: number } }

/** NaN if nothing was told. */
export interface Extreme {
  mean: number
  worst: number
  /** ms since the epoch: when the span of the worst began. */
  worstAt: number
}

/** As the router counts them. */
export interface RequestTotals {
  all: number
  /** 4xx, and 5xx or broken off by the router. */
  clientErrors: number
  serverErrors: number
  /** Of the router's `service`, of all of them. */
  serviceP50Ms: number
  serviceP95Ms: number
  serviceP99Ms: number
}

/** Of a stretch of time; of several instances together. Units as in HistorySeries. */
export interface Totals {
  cpuPercent: Extreme
  memoryMb: Extreme
  eventLoopP95Ms: Extreme
  requestsPerMinute: Extreme
  /** Undefined if the router told of none. */
  requests: RequestTotals | undefined
}

export interface DynoTotals extends Totals {
  name: string
  /** As the Platform API has it; undefined if nobody asked then. */
  size: string | undefined
  instances: (Totals & { id: string })[]
}

export interface HistoryTotals {
  /** Of the app, or of what was chosen. */
  total: Totals
  dynos: DynoTotals[]
}

/** A dyno as it was in one span of 20 s; null is what nobody told. */
export interface PastDyno extends Record<
  'id' | 'type' | 'size' | 'state' | 'command' | 'created_at' | 'updated_at',
  string | null
> {
  name: string
  release: { id: string; version: number } | null
  memoryMb: number | null
  loadAverage: number | null
  /** As the router counts them. */
  requestsPerMinute: number | null
  errorsPerMinute: number | null
  instances: PastInstance[]
}

export interface PastInstance {
  /** `api:0` */
  id: string
  pid: number | null
  status: string | null
  restarts: number | null
  /** ms since the epoch. */
  startedAt: number | null
  version: string | null
  memoryLimitMb: number | null
  memoryMb: number | null
  cpuPercent: number | null
  eventLoopP95Ms: number | null
  requestsPerMinute: number | null
}

/**
 * What an app's log told over the last 24 hours, one value each 20 s: in memory, or in files that
 * outlive the process. Lines may come twice (a log session that is resumed): a line that was taken
 * is not counted again.
 */
export interface AppHistory {
  readonly app: string
  /** Whether this process writes it to a file. */
  readonly isRecorded: boolean
  /** Takes a line, and what readLine says of it. Lines come in the order of their times. */
  add(line: LogLine, reading: Reading): void
  /** How many dynos ran. @param time ms since the epoch */
  addDynoCount(time: number, count: number): void
  /**
   * The dynos as the Platform API lists them now, which tells their number, too: `ps --at` shows
   * them as they were. @param time ms since the epoch
   */
  addDynos(time: number, dynos: readonly HistoryDyno[]): void
  series(of: HistoryOf, range: HistoryRange): HistorySeries
  /**
   * Means and worsts of a stretch. @param choice which dynos (without an instance) or instances the
   * total is of; of all if absent
   */
  totals(
    range: Pick<HistoryRange, 'from' | 'to'>,
    choice?: (dyno: string, instance: string | undefined) => boolean,
  ): HistoryTotals
  /** The dynos at a time, ms since the epoch; undefined if nothing was recorded then. */
  dynosAt(time: number): PastDyno[] | undefined
  /** Oldest first. */
  marks(range: Pick<HistoryRange, 'from' | 'to'>): HistoryMark[]
  /** ms since the epoch of the first and the last value; undefined if there is none. */
  readonly span: { from: number; to: number } | undefined
  /** Writes what is not written yet, and lets go of the files. */
  close(): Promise<void>
}
