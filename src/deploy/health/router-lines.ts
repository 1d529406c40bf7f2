import type { LogLine } from '../../heroku/index.js'
import { readLine } from '../../monitor/read-line.js'

/**
 * What the router told of the requests to a release:
 * https://devcenter.heroku.com/articles/http-routing#heroku-router-log-format.
 */
export interface Routed {
  /** Answered below 500. */
  good: number
  /** Answered with 5xx, or broken off by the router. */
  bad: number
}

const REQUEST_ID = / request_id=(\S+) /

/** Counts the router's lines from a moment on: what came before it may be of an earlier release. */
export class RouterLines {
  private from = Infinity
  private counted: Routed = { good: 0, bad: 0 }
  /** Requests of ours whose line is awaited. */
  private readonly awaited = new Set<string>()
  private readonly arrived = new Set<string>()
  /** Whether the router writes lines to this log at all. */
  hasAny = false

  /** @param time ms since the epoch, by the platform's clock */
  countFrom(time: number): void {
    if (this.from !== Infinity) return
    this.from = time
  }

  /** A request with this id is about to be sent. */
  expect(id: string): void {
    this.awaited.add(id)
  }

  /** Whether one of the requests that were sent has reached the router. */
  get hasSeenOurs(): boolean {
    return this.arrived.size > 0
  }

  read(line: LogLine): void {
    if (line.source !== 'heroku' || line.dyno !== 'router') return
    const reading = readLine(line)
    if (reading.kind !== 'request') return
    this.hasAny = true
    const id = REQUEST_ID.exec(line.message)?.[1]
    if (id !== undefined && this.awaited.delete(id)) this.arrived.add(id)
    if (Date.parse(line.timestamp) < this.from) return
    this.counted = reading.isError
      ? { ...this.counted, bad: this.counted.bad + 1 }
      : { ...this.counted, good: this.counted.good + 1 }
  }

  get routed(): Routed {
    return this.counted
  }
}
