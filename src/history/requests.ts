import type { Request } from '../monitor/index.js'
import type { ByteReader, ByteWriter } from './bytes.js'
import { addClasses, addTime, readClasses, writeClasses, type Classes } from './service-times.js'

/** The requests of a span, of a dyno or of the app. */
export class RequestCount {
  all = 0
  /** Answered with 4xx. */
  clientErrors = 0
  /** Answered with 5xx, or broken off by the router. */
  serverErrors = 0
  readonly times: Classes = new Map()

  add({ status, isError, service }: Request): void {
    this.all += 1
    if (isError) this.serverErrors += 1
    else if (status >= 400) this.clientErrors += 1
    if (service !== undefined) addTime(this.times, service)
  }

  /** @param isFine as of writeClasses */
  write(to: ByteWriter, isFine: boolean): void {
    to.count(this.all)
    if (this.all === 0) return
    to.count(this.clientErrors)
    to.count(this.serverErrors)
    writeClasses(to, this.times, isFine)
  }

  /** Takes what was written, to go on with it. */
  read(from: ByteReader): void {
    this.all = from.count()
    if (this.all === 0) return
    this.clientErrors = from.count()
    this.serverErrors = from.count()
    readClasses(from, (at, _, count) => this.times.set(at, count))
  }
}

/** Adds up the requests of many spans. */
export class RequestSum {
  all = 0
  clientErrors = 0
  serverErrors = 0
  times: Float64Array | undefined

  /** @param times as many as CLASSES, if percentiles are wanted */
  constructor(times?: Float64Array) {
    this.times = times
  }

  /** Reads what RequestCount wrote. */
  read(from: ByteReader): void {
    const all = from.count()
    if (all === 0) return
    this.all += all
    this.clientErrors += from.count()
    this.serverErrors += from.count()
    if (this.times) addClasses(from, this.times)
    else readClasses(from)
  }
}

/** Passes over what RequestCount wrote. */
export function skipRequests(from: ByteReader): void {
  if (from.count() === 0) return
  from.count()
  from.count()
  readClasses(from)
}
