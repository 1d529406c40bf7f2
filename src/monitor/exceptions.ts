import type { Change } from './reading.js'

/** Errors of one kind in one instance. Times in ms since the epoch. */
export interface ExceptionGroup {
  app: string
  instance: number
  type: string
  /** Of the last one. */
  message: string
  /** The frame that it is from, such as src/db.js:12:7. */
  at: string | undefined
  isUncaught: boolean
  count: number
  first: number
  last: number
}

/** Groups kept of a dyno; the one that was seen longest ago gives way. */
const MOST = 50

/** Errors of a dyno's instances by their type and place: the runtime's lines `event=exception`. */
export class ExceptionGroups implements Iterable<ExceptionGroup> {
  private readonly groups = new Map<string, ExceptionGroup>()

  add({ app, instance, fields }: Change, time: number): void {
    const { type = '', message = '', at, uncaught } = fields
    const isUncaught = uncaught === 'yes'
    const key = JSON.stringify([app, instance, type, at ?? message, isUncaught])
    const known = this.groups.get(key)
    const count = Math.max(1, Number.parseInt(fields.count ?? '1', 10) || 1)
    this.groups.delete(key)
    this.groups.set(key, {
      app,
      instance,
      type,
      message,
      at,
      isUncaught,
      count: (known?.count ?? 0) + count,
      first: known?.first ?? time,
      last: time,
    })
    if (this.groups.size > MOST) this.groups.delete(this.groups.keys().next().value!)
  }

  /** The one that was seen last comes last. */
  [Symbol.iterator](): Iterator<ExceptionGroup> {
    return this.groups.values()
  }
}
