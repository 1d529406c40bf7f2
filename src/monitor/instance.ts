import { History } from './history.js'
import { LIMITS } from './limits.js'
import type { Change, Sample } from './reading.js'

/** The figures that charts show. */
const CHARTED = ['memoryMb', 'cpuPercent', 'eventLoopP95Ms', 'requestsPerMinute'] as const

/** PM2's word for an instance after a change; undefined if the change says nothing of it. */
export function statusAfter(
  { event, fields }: Change,
  before: string | undefined,
): string | undefined {
  switch (event) {
    case 'start':
      return 'launching'
    case 'online':
    case 'listening':
      return 'online'
    case 'stop':
      return 'stopping'
    case 'crash':
      return 'errored'
    // One that was asked to end has a successor already, or is on the way to stop.
    case 'exit':
      return fields.asked !== undefined
        ? before === 'stopping'
          ? 'stopped'
          : before
        : fields.backoff !== undefined
          ? 'waiting restart'
          : 'stopped'
    default:
      return before
  }
}

/** One process that PM2 keeps inside a dyno, as its lines tell it. Memory in MB, times in ms. */
export class InstanceModel {
  status: string | undefined
  pid: number | undefined
  restarts: number | undefined
  /** ms since the epoch. */
  startedAt: number | undefined
  /** Its last line of figures, and when that was. */
  sample: Sample | undefined
  sampledAt: number | undefined
  /** When it was last heard of. */
  seenAt = 0
  readonly history = new History(CHARTED, LIMITS.points)

  constructor(
    readonly app: string,
    readonly instance: number,
  ) {}

  /** @param time ms since the epoch */
  addSample(sample: Sample, time: number): void {
    this.sample = sample
    this.sampledAt = this.seenAt = time
    this.status = sample.status
    this.pid = sample.pid
    this.restarts = sample.restarts
    this.startedAt = time - sample.uptime * 1000
    this.history.push(time, sample)
  }

  addChange(change: Change, time: number): void {
    this.seenAt = time
    this.status = statusAfter(change, this.status)
    const { event, fields } = change
    if (fields.pid !== undefined) this.pid = Number(fields.pid)
    if (fields.restarts !== undefined) this.restarts = Number(fields.restarts)
    if (event === 'start') {
      this.startedAt = time
      this.sample = this.sampledAt = undefined
    }
  }
}
