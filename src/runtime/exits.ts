import type { App } from './app.js'
import { afterExit, cannotStayUp, failureCode, healthy, type AppHistory, type Exit } from './crash-policy.js'
import { Fault } from './fault.js'
import type { Instance, Instances } from './instances.js'
import { dynoOutput } from './outlet.js'

interface ExitSettings {
  apps: App[]
  instances: Instances
  /** ms that an app may go on failing. */
  patience: number
  /** Whether a changed file starts an app again that could not stay up: on a laptop, where files are watched. */
  isMended: boolean
  /** The app of this instance cannot stay up. */
  onCrash(instance: Instance, code: number | null, why: string, next?: string): void
  /** Every app has finished; `code` is the dyno's exit status. */
  onAllEnded(code: number): void
}

/** What the exits that nobody asked for mean: another restart, the end of an app, or that it cannot stay up. */
export class Exits {
  readonly #settings: ExitSettings
  readonly #histories = new Map<App, AppHistory>()
  /** Statuses of instances that are not restarted. */
  readonly #ended = new Map<App, Array<number | null>>()
  /** Apps whose instances were all started. */
  readonly #filled = new Set<App>()

  constructor(settings: ExitSettings) {
    this.#settings = settings
  }

  /** Whether an instance of the app has ended for good. */
  hasEnded(app: App): boolean {
    return this.#ended.has(app)
  }

  /** All instances of the app were started: from now on it is over when there are none. */
  filled(app: App): void {
    this.#filled.add(app)
    this.#endWhenAllHave()
  }

  /** An instance that PM2 will restart: is there any point in it? */
  judgeRestarted(instance: Instance, code: number | null, signal: string | null): void {
    const { app } = instance
    const { instances, patience, onCrash } = this.#settings
    const now = Date.now()
    const others = instances.of(app).map((other) => now - other.startedAt)
    const exit: Exit = { at: now, uptime: now - instance.startedAt, minUptime: app.minUptime, maxRestarts: app.maxRestarts, othersUptime: Math.max(0, ...others) }
    const history = afterExit(this.#histories.get(app) ?? healthy, exit)
    this.#histories.set(app, history)
    if (!cannotStayUp(history, exit, patience)) return
    const why = `its last instance ${endOf(code, signal)} after ${(exit.uptime / 1000).toFixed(1)} s, ${history.failures} failures in ${Math.round((now - (history.failingSince ?? now)) / 1000)} s`
    if (this.#waitsForChange(instance, why)) return void this.#histories.delete(app)
    onCrash(instance, code, why, code === 0 ? 'an app that is meant to finish needs `autorestart: false`' : undefined)
  }

  /** An instance that is not restarted: `autorestart: false`, `stop_exit_codes`, or PM2's own max_restarts. */
  judgeEnded(instance: Instance, code: number | null, signal: string | null): void {
    const { app, keeper } = instance
    this.#ended.set(app, [...(this.#ended.get(app) ?? []), code])
    const isOver = this.#settings.instances.of(app).length === 0
    const hasFailed = keeper.pm2_env.autorestart !== false && !isStopCode(app, code)
    if (!isOver || !hasFailed) return this.#endWhenAllHave()
    const why = `its last instance ${endOf(code, signal)}, and \`max_restarts: ${app.maxRestarts}\` allows no more`
    if (this.#waitsForChange(instance, why)) return void this.#ended.delete(app)
    this.#settings.onCrash(instance, code, why)
  }

  /** On a laptop whoever watches files is mending one: the next change starts the app again, as `pm2 --watch` does. A dyno has to end. */
  #waitsForChange({ app, keeper }: Instance, why: string): boolean {
    if (!this.#settings.isMended || !app.options.watch) return false
    clearTimeout(keeper.pm2_env.restart_task as NodeJS.Timeout | undefined)
    // PM2's word for an app that it does not restart by itself any more; it starts none that still has a pid.
    keeper.pm2_env.status = 'errored'
    keeper.process.pid = 0
    dynoOutput.err.write(new Fault(`${app.name} cannot stay up, and waits for a changed file`, why).toString())
    return true
  }

  /** All apps that are finished by themselves are the end of the dyno, with the first status of theirs that is not 0. */
  #endWhenAllHave(): void {
    const { apps, instances, onAllEnded } = this.#settings
    if (apps.some((one) => instances.of(one).length > 0 || !this.#ended.has(one) || !this.#filled.has(one))) return
    const failure = [...this.#ended.values()].flat().find((one) => one !== 0)
    onAllEnded(failure === undefined ? 0 : failureCode(failure))
  }
}

function endOf(code: number | null, signal: string | null): string {
  return signal ? `was ended by ${signal}` : `exited with code ${code}`
}

function isStopCode(app: App, code: number | null): boolean {
  return [app.options.stop_exit_codes ?? []].flat().some((one) => Number(one) === code)
}
