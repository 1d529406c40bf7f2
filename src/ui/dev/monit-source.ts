import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { DevClient } from '../../dev/client.js'
import { asDyno, asLogLine, reportDev } from '../../dev/report.js'
import type { DevInstance, DevLine, DevSession } from '../../runtime/dev-protocol.js'
import { ShipitError } from '../../errors.js'
import {
  FormationModel,
  type DynoReport,
  type Snapshot,
  type WatchOptions,
} from '../../monitor/index.js'
import type { MonitSource } from '../monit/source.js'
import type { Action, Question } from '../monit/view.js'

/**
 * A `shipit dev` as monit's screen takes an app: its instances, its log, and PM2's verbs for the
 * keys.
 */
export class DevMonitSource implements MonitSource {
  readonly unit = 'instances'
  readonly name: string
  readonly #model = new FormationModel()
  #session: DevSession | undefined
  #instances: DevInstance[] = []

  constructor(private readonly client: DevClient) {
    this.name = path.basename(client.running.folder)
  }

  /** Ends with an error when the session does. */
  async *watch({
    every,
    signal,
    onLine,
  }: Pick<WatchOptions, 'every' | 'signal' | 'onLine'>): AsyncGenerator<Snapshot, void, undefined> {
    const left = new AbortController()
    let failure: unknown
    const following = this.#follow(AbortSignal.any([signal, left.signal]), (line) => {
      const told = asLogLine(line)
      onLine?.(told, this.#model.add(told))
    }).catch((error: unknown) => {
      failure = error
    })
    try {
      while (!signal.aborted) {
        if (failure !== undefined) throw failure
        if (this.#session)
          yield {
            dynos: [asDyno(this.#session)],
            model: this.#model,
            problem: undefined,
            watched: Infinity,
          }
        await delay(this.#session ? every : 20, undefined, { signal }).catch((error: unknown) => {
          if (!signal.aborted) throw error
        })
      }
    } finally {
      left.abort()
      await following
    }
  }

  report(_seen: Snapshot, now: number): DynoReport[] {
    return this.#session ? [reportDev(this.#session, this.#instances, this.#model, now)] : []
  }

  missing(): undefined {
    return undefined
  }

  async question(action: Action): Promise<Question> {
    const name = this.#nameOf(action)
    switch (action.kind) {
      case 'restart':
        return { title: 'Restart', text: `Restart ${name} at once?`, action }
      case 'reload':
        return {
          title: 'Reload',
          text: `Reload ${name}, one instance after another? In cluster mode no request is lost.`,
          action,
        }
      case 'scale':
        return {
          title: 'Scale',
          text: `${action.by > 0 ? 'One instance more' : 'One instance fewer'} of ${name}?`,
          action,
        }
    }
  }

  async perform(
    action: Action,
    _dynos: readonly DynoReport[],
    say: (text: string) => void,
    signal: AbortSignal,
  ): Promise<string> {
    const name = this.#nameOf(action)
    if (action.kind === 'scale') {
      say(`Scaling ${name}...`)
      const { before, after } = await this.client.do(
        { verb: 'scale', name, number: action.by > 0 ? '+1' : '-1' },
        signal,
      )
      return `${name}: ${before} → ${after} instances`
    }
    say(`${action.kind === 'restart' ? 'Restarting' : 'Reloading'} ${name}...`)
    const { instances } = await this.client.do({ verb: action.kind, name }, signal)
    return `${action.kind === 'restart' ? 'Restarted' : 'Reloaded'} ${instances.join(', ')}`
  }

  /** The instance under the cursor, else all; of an instance's app if an app is meant. */
  #nameOf({ kind, instance }: Action): string {
    if (kind !== 'scale') return instance ?? 'all'
    const apps = [...new Set(this.#instances.map(({ app }) => app))]
    const app = instance === undefined ? undefined : instance.slice(0, instance.lastIndexOf(':'))
    if (app !== undefined) return app
    if (apps.length === 1) return apps[0]!
    throw new ShipitError('usage', { message: 'Choose an instance first: its app is scaled.' })
  }

  async #follow(signal: AbortSignal, onLine: (line: DevLine) => void): Promise<void> {
    for await (const answer of this.client.follow(signal)) {
      if ('line' in answer) onLine(answer.line)
      else if ('instances' in answer) {
        this.#instances = answer.instances
        if (!('session' in answer)) continue
        this.#session = answer.session
        for (const line of answer.lines) onLine(line)
      }
    }
  }
}
