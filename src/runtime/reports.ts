/**
 * What instances and the processes of their trees report: where they listen, and errors that nobody
 * caught.
 */
import type { EventLog } from './event-log.js'
import { Exceptions } from './exceptions.js'
import { warn } from './runtime-error.js'
import { forgetProcess, takeReport, type Instance, type Instances } from './instances.js'
import { isBound, portWarning, type Listening } from './port-watch.js'
import { tellOfPort } from './reloading.js'
import type { ReportMessage } from './preload/report.js'
import { TreeChannel } from './tree-channel.js'

export class Reports {
  /** Where the processes report that instances have started. */
  readonly channel: TreeChannel
  readonly #instances: Instances
  readonly #log: EventLog
  readonly #exceptions: Exceptions
  readonly #listening: Listening[] = []

  constructor(instances: Instances, log: EventLog) {
    this.#instances = instances
    this.#log = log
    this.#exceptions = new Exceptions((instance, fields) => log.say(instance, 'exception', fields))
    this.channel = new TreeChannel(
      (mark, pid, report) => {
        const instance = instances.withMark(mark)
        if (instance && takeReport(instance, report, pid)) this.take(instance, report)
      },
      (mark, pid) => {
        const instance = instances.withMark(mark)
        if (instance) forgetProcess(instance, pid)
      },
    )
  }

  /** Processes that share a port, such as the workers of the app's own cluster, are one line. */
  take(instance: Instance, { shipit, port, exception }: ReportMessage): void {
    if (exception) this.#exceptions.take(instance, { ...exception, isUncaught: true })
    if (shipit !== 'listening' || (port !== undefined && instance.ports.has(port))) return
    this.#log.say(instance, 'listening', { port })
    if (port !== undefined) instance.ports.add(port)
    tellOfPort(instance, this.#instances)
    if (port === undefined) return
    this.#listening.push({ app: instance.app.name, port })
  }

  /** Takes what PM2's packages send; see Exceptions. */
  takeMessage(instance: Instance, message: unknown): void {
    this.#exceptions.takeMessage(instance, message)
  }

  /** The instance has ended: what is still to be said of it is said. */
  close(instance: Instance): void {
    this.#exceptions.close(instance)
  }

  /** Warns of a web dyno whose PORT nothing is bound to; see portWarning. */
  async warnUnlessBound(
    dyno: string,
    port: string | undefined,
    isStopping: () => boolean,
  ): Promise<void> {
    const warning = portWarning(dyno, port, this.#listening)
    if (warning && !isStopping() && !(await isBound(Number(port)))) warn(warning)
  }
}
