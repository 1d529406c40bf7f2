import type { HistoryMark } from './history.js'
import type { DynoFacts, ProcessFacts } from './names.js'
import { RequestCount } from './requests.js'

/** ms of one value, as of the runtime's lines. */
export const SPAN = 20_000
export const spanOf = (time: number): number => Math.floor(time / SPAN)

/** Of one span: more are what an app invents. Heroku allows an app 100 dynos. */
export const MOST = { dynos: 200, instances: 1024, marks: 64 }

/** What one span of 20 s has taken of the log: of the app, of its dynos, of their instances. */
export class Span {
  /** ms of the span that the log was read in. */
  since: number
  until: number
  readonly requests = new RequestCount()
  readonly dynos = new Map<string, DynoSpan>()
  readonly marks: HistoryMark[] = []
  dynoCount: number | undefined
  /** Whether it has what was not yet written. */
  isChanged = true

  /** @param number of 20 s since the epoch */
  constructor(
    readonly number: number,
    since: number,
  ) {
    this.since = this.until = since
  }
}

export class DynoSpan {
  readonly requests = new RequestCount()
  readonly rows = new Map<string, InstanceRow>()
  memoryMb: number | undefined
  loadAverage: number | undefined
  /** Whether memory and load are those of the span before. */
  isCarried = false
  /** Whether it was started in this span: what it had before is over. */
  isFresh = false
  /** Instances that were taken out in this span. */
  readonly gone = new Set<string>()

  constructor(readonly name: string) {}
}

/** The last that a span has of an instance. */
export interface InstanceRow {
  process: ProcessFacts
  status: string | undefined
  memoryMb: number | undefined
  cpuPercent: number | undefined
  eventLoopP95Ms: number | undefined
  requestsPerMinute: number | undefined
  /** From the span before: a line that comes a little late leaves no hole. */
  isCarried: boolean
}

/** What is known besides the span: who had requests at all, and dynos by the API. */
export interface Surroundings {
  isAppRouted: boolean
  isDynoRouted(name: string): boolean
  facts(name: string, span: number): DynoFacts
}
