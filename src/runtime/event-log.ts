/** What happens to instances, as event lines in the dyno's log. */
import { failureCode } from './crash-policy.js'
import { eventLine, type EventName, type EventFields } from './event-line.js'
import type { Instance } from './instances.js'
import { dynoOutput } from './outlet.js'

export class EventLog {
  readonly #source: string

  /** `source`: the dyno's name, such as web.1. */
  constructor(source: string) {
    this.#source = source
  }

  say(instance: Instance, event: EventName, fields: EventFields): void {
    const name = { source: this.#source, app: instance.app.name, instance: instance.index }
    dynoOutput.out.write(eventLine(name, event, fields))
  }

  sayExit(instance: Instance, code: number | null, signal: string | null): void {
    const env = instance.keeper.pm2_env
    const end = { code: code ?? undefined, signal: signal ?? undefined, restarts: env.restart_time }
    if (instance.wasAsked)
      return this.say(instance, 'exit', {
        ...end,
        asked: 'yes',
        removed: instance.isRemoved ? 'yes' : undefined,
      })
    const backoff =
      env.restart_task === undefined
        ? undefined
        : `${env.prev_restart_delay || env.restart_delay || 0}ms`
    this.say(instance, 'exit', { ...end, backoff })
  }

  /** The event, and the last words of the instance. */
  sayCrash(instance: Instance, code: number | null): void {
    this.say(instance, 'crash', { code: failureCode(code) })
    for (const line of instance.tail.lines) dynoOutput.err.write(`${line}\n`)
  }
}
