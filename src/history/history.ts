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
  /** Oldest first. */
  marks(range: Pick<HistoryRange, 'from' | 'to'>): HistoryMark[]
  /** ms since the epoch of the first and the last value; undefined if there is none. */
  readonly span: { from: number; to: number } | undefined
  /** Writes what is not written yet, and lets go of the files. */
  close(): Promise<void>
}
