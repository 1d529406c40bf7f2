import { History } from './history.js'
import { LIMITS } from './limits.js'
import type { Request } from './reading.js'

/** ms that one point of the chart stands for. */
const SPAN = 20_000

/** Requests as the router tells them, of one dyno or of the app. */
export class Traffic {
  requests = 0
  errors = 0
  /** How often the router answered by itself, by its code: H12 and the like. */
  readonly codes = new Map<string, { count: number; lastAt: number }>()
  /** And the app itself, by the status of its answer: 500 and the like. */
  readonly statuses = new Map<number, { count: number; lastAt: number }>()
  /** Requests and errors a minute, and the mean time that the dyno took, in ms. */
  readonly history = new History(['requests', 'errors', 'service'] as const, LIMITS.points)
  private begun: number | undefined
  private counted = { requests: 0, errors: 0, service: 0, timed: 0 }

  add({ code, status, isError, service }: Request, time: number): void {
    this.turn(time)
    this.requests += 1
    this.counted.requests += 1
    if (isError) {
      this.errors += 1
      this.counted.errors += 1
    }
    if (service !== undefined) {
      this.counted.service += service
      this.counted.timed += 1
    }
    if (code !== undefined)
      this.codes.set(code, { count: (this.codes.get(code)?.count ?? 0) + 1, lastAt: time })
    else if (isError && status < 600)
      this.statuses.set(status, {
        count: (this.statuses.get(status)?.count ?? 0) + 1,
        lastAt: time,
      })
  }

  /**
   * Requests and errors a minute, over the last whole span and what has passed of this one.
   * Undefined before the first request.
   */
  perMinute(now: number): { requests: number; errors: number } | undefined {
    if (this.begun === undefined) return undefined
    this.turn(now)
    const passed = now - this.begun
    const spans = (this.history.length > 0 ? SPAN : 0) + passed
    const rate = (last: number | undefined, counted: number) =>
      Math.round((((last ?? 0) * SPAN) / 60_000 + counted) * (60_000 / Math.max(spans, SPAN)))
    return {
      requests: rate(this.history.latest('requests'), this.counted.requests),
      errors: rate(this.history.latest('errors'), this.counted.errors),
    }
  }

  /**
   * Ends the span that is over; spans without a request have their point too, as far as the chart
   * reaches.
   */
  private turn(time: number): void {
    this.begun ??= time
    if (time - this.begun < SPAN) return
    const over = Math.floor((time - this.begun) / SPAN)
    const { requests, errors, service, timed } = this.counted
    const minute = 60_000 / SPAN
    this.history.push(this.begun, {
      requests: requests * minute,
      errors: errors * minute,
      service: timed > 0 ? service / timed : undefined,
    })
    for (let span = Math.max(1, over - LIMITS.points); span < over; span += 1) {
      this.history.push(this.begun + span * SPAN, { requests: 0, errors: 0, service: undefined })
    }
    this.begun += over * SPAN
    this.counted = { requests: 0, errors: 0, service: 0, timed: 0 }
  }
}
