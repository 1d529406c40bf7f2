import { EventEmitter } from 'node:events'

type AnyListener = (event: string, value: unknown) => void

/**
 * The bus on which God's parts tell each other of events, in place of the one with wildcards, which
 * costs each boot 0.4 MB. Only PM2's daemon listens to all of it, and only once an app has
 * connected to PM2's API.
 */
export class GodBus extends EventEmitter {
  readonly #any: AnyListener[] = []

  constructor() {
    super()
    this.setMaxListeners(1000)
  }

  onAny(listener: AnyListener): this {
    this.#any.push(listener)
    return this
  }

  /**
   * The events are named by apps too, and one of `error` that nobody listens to is none of the
   * supervisor's.
   */
  override emit(name: string | symbol, ...values: unknown[]): boolean {
    if (typeof name === 'string' && name !== 'newListener')
      for (const listener of this.#any) listener(name, values[0])
    return name === 'error' && this.listenerCount(name) === 0 ? false : super.emit(name, ...values)
  }
}
