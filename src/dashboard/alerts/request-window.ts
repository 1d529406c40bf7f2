import type { Request } from '../../monitor/index.js'
import { Latencies } from '../latencies.js'

/** ms of one slot, and how many are kept. */
const SLOT = 10_000
const KEPT = 18
/** Statuses and codes of one slot that are told apart. */
const MOST_CAUSES = 20
/** Heroku answers so itself while the app is in maintenance: devcenter, error-codes. */
const MAINTENANCE = 'H80'
const SWITCHING_PROTOCOLS = 101

export interface RequestTotals {
  all: number
  /** Answered with 5xx, or broken off by the router; not in maintenance, which is on purpose. */
  failed: number
  /** Of the failed ones, by status or by the router's code, the most frequent first. */
  causes: [cause: string, count: number][]
  /** Of the router's `service`, ms; null if there were none. Connections of WebSockets are none. */
  p95: number | null
}

class Slot {
  all = 0
  failed = 0
  readonly causes = new Map<string, number>()
  readonly latencies = new Latencies()

  constructor(readonly number: number) {}
}

/** Requests of the last three minutes, as the router's lines tell them. */
export class RequestWindow {
  private slots: Slot[] = []

  /** @param time of the line, ms since the epoch */
  add({ status, code, service, isError }: Request, time: number): void {
    const slot = this.slot(Math.floor(time / SLOT))
    if (!slot) return
    slot.all += 1
    if (service !== undefined && status !== SWITCHING_PROTOCOLS) slot.latencies.add(service)
    if (!isError || code === MAINTENANCE) return
    slot.failed += 1
    const cause = code ?? String(status)
    if (slot.causes.has(cause) || slot.causes.size < MOST_CAUSES)
      slot.causes.set(cause, (slot.causes.get(cause) ?? 0) + 1)
  }

  /** @param ms up to `now`, a multiple of 10 s; at most three minutes */
  last(ms: number, now: number): RequestTotals {
    const newest = Math.floor(now / SLOT)
    const slots = this.slots.filter(({ number }) => number > newest - ms / SLOT)
    const causes = new Map<string, number>()
    const latencies = new Latencies()
    for (const slot of slots) {
      latencies.addAll(slot.latencies)
      for (const [cause, count] of slot.causes) causes.set(cause, (causes.get(cause) ?? 0) + count)
    }
    return {
      all: slots.reduce((sum, { all }) => sum + all, 0),
      failed: slots.reduce((sum, { failed }) => sum + failed, 0),
      causes: [...causes].sort(([, one], [, other]) => other - one),
      p95: latencies.percentile(0.95),
    }
  }

  /** Undefined for a line that comes too late. */
  private slot(number: number): Slot | undefined {
    const newest = this.slots.at(-1)
    if (newest && number <= newest.number)
      return this.slots.find((slot) => slot.number === number) ?? this.insert(number)
    return this.insert(number)
  }

  private insert(number: number): Slot | undefined {
    const newest = Math.max(number, this.slots.at(-1)?.number ?? number)
    if (number <= newest - KEPT) return undefined
    const slot = new Slot(number)
    this.slots = [...this.slots, slot]
      .filter((one) => one.number > newest - KEPT)
      .sort((one, other) => one.number - other.number)
    return slot
  }
}
