import type { RequestHandler } from 'express'
import type { Dashboard } from './dashboard.js'
import { Refusal } from './refusal.js'
import { EventStream } from './stream.js'

/** ms between two looks at what is new. */
const PUMP_EVERY = 250
/** Browsers at one time: each tab has one. */
const MOST = 24

/** Every open stream of events: what is new is written to all of them in one go. */
export class Streams {
  private readonly open = new Map<EventStream, () => void>()
  private timer: NodeJS.Timeout | undefined

  constructor(private readonly dashboard: Dashboard) {}

  readonly handler: RequestHandler = (request, response) => {
    const { app } = request.query
    const watch = typeof app === 'string' ? this.dashboard.watchOf(app) : undefined
    if (app !== undefined && !watch)
      throw new Refusal(404, 'This dashboard does not show that app.')
    if (this.open.size >= MOST)
      throw new Refusal(503, `${MOST} pages are open.`, 'Close some of them.')
    const last = Number(request.headers['last-event-id'])
    this.dashboard.lookAnew()
    const stream = new EventStream(
      response,
      this.dashboard,
      watch,
      Number.isInteger(last) && last > 0 ? last : undefined,
    )
    this.open.set(stream, () => response.end())
    this.timer ??= setInterval(() => this.pump(), PUMP_EVERY)
    response.once('close', () => this.drop(stream))
  }

  /** How many there are. */
  get size(): number {
    return this.open.size
  }

  /** Tells all of what is new, and ends them. */
  close(): void {
    this.pump()
    for (const end of this.open.values()) end()
    clearInterval(this.timer)
  }

  private pump(): void {
    this.dashboard.lookAnew()
    for (const stream of this.open.keys()) stream.pump()
  }

  private drop(stream: EventStream): void {
    this.open.delete(stream)
    if (this.open.size > 0) return
    clearInterval(this.timer)
    this.timer = undefined
  }
}
