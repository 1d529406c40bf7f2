import { monotonic } from '../lib/monotonic.js'
import type { App } from './app.js'
import {
  afterExit,
  cannotStayUp,
  failureCode,
  healthy,
  STAYS_UP,
  type Exit,
  type InstanceHistory,
} from './crash-policy.js'
import { RuntimeError } from './runtime-error.js'
import type { Keeper } from './god.js'
import { uptimeOf, type Instance, type Instances } from './instances.js'
import { dynoOutput } from './outlet.js'

interface ExitSettings {
  apps: App[]
  instances: Instances
  /**
   * What God keeps of an app: instances that live, wait for a restart, or have ended and were not
   * deleted.
   */
  kept(app: App): Keeper[]
  /** ms that an instance may go on failing. */
  patience: number
  /**
   * Whether a changed file starts an app again that could not stay up: on a laptop, where files are
   * watched.
   */
  isMended: boolean
  /** No instance of this one's app can stay up. */
  onCrash(instance: Instance, code: number | null, why: string, next?: string): void
  /** Every app has finished; `code` is the dyno's exit status. */
  onAllEnded(code: number): void
}

/** What is known of one of God's ids, which an instance keeps through its restarts. */
interface Known {
  app: App
  /**
   * God's own mark: it changes when somebody asks for a restart, and what was before no longer
   * counts.
   */
  createdAt: unknown
  history: InstanceHistory
  /** Whether its restarts have become pointless. */
  isHopeless: boolean
  /** The status that it ended with, if it is not restarted. */
  ended?: number | null
}

/**
 * What the exits that nobody asked for mean: another restart, the end of an app, or that it cannot
 * stay up.
 */
export class Exits {
  readonly #settings: ExitSettings
  readonly #records = new Map<Keeper['pm2_env']['pm_id'], Known>()
  /** Apps whose instances were all started. */
  readonly #filled = new Set<App>()

  constructor(settings: ExitSettings) {
    this.#settings = settings
  }

  /** Whether no instance of the app runs or is about to run again. */
  isIdle(app: App): boolean {
    const { instances, kept } = this.#settings
    return instances.of(app).length === 0 && !kept(app).some(isWaiting)
  }

  /** All instances of the app were started: from now on it is over when there are none. */
  filled(app: App): void {
    this.#filled.add(app)
    this.#endWhenAllHave()
  }

  /**
   * An instance runs, for the first time or again: one that had ended has not, if a schedule or a
   * person starts it anew.
   */
  started({ keeper }: Instance): void {
    delete this.#records.get(keeper.pm2_env.pm_id)?.ended
  }

  /** Instances were taken away, as was asked. */
  removed(): void {
    this.#endWhenAllHave()
  }

  /** An instance that PM2 will restart: is there any point in it? */
  judgeRestarted(instance: Instance, code: number | null, signal: string | null): void {
    const { patience, onCrash } = this.#settings
    const record = this.#recordOf(instance)
    const { minUptime, maxRestarts } = instance.app
    const exit: Exit = {
      at: instance.endedAt ?? monotonic(),
      uptime: uptimeOf(instance),
      minUptime,
      maxRestarts,
    }
    record.history = afterExit(record.history, exit)
    record.isHopeless = cannotStayUp(record.history, exit, patience)
    if (!record.isHopeless || this.#hasHope(instance)) return
    const { failures, failingSince } = record.history
    const why =
      `its last instance ${endOf(code, signal)} after ${(exit.uptime / 1000).toFixed(1)} s, ` +
      `${failures} failures in ${Math.round((exit.at - (failingSince ?? exit.at)) / 1000)} s`
    if (this.#waitsForChange(instance, why)) return
    onCrash(
      instance,
      code,
      why,
      code === 0 ? 'an app that is meant to finish needs `autorestart: false`' : undefined,
    )
  }

  /**
   * An instance that is not restarted: `autorestart: false`, `stop_exit_codes`, or PM2's own
   * max_restarts.
   */
  judgeEnded(instance: Instance, code: number | null, signal: string | null): void {
    const { app, keeper } = instance
    this.#recordOf(instance).ended = code
    const hasFailed = keeper.pm2_env.autorestart !== false && !isStopCode(app, code)
    if (!hasFailed || this.#hasHope(instance)) return this.#endWhenAllHave()
    const why =
      `its last instance ${endOf(code, signal)}, and \`max_restarts: ${app.maxRestarts}\` ` +
      'allows no more'
    if (this.#waitsForChange(instance, why)) return
    this.#settings.onCrash(instance, code, why)
  }

  #recordOf({ app, keeper }: Instance): Known {
    const { pm_id, created_at: createdAt } = keeper.pm2_env
    const known = this.#records.get(pm_id)
    const record =
      known?.app === app && known.createdAt === createdAt
        ? known
        : { app, createdAt, history: healthy, isHopeless: false }
    this.#records.set(pm_id, record)
    return record
  }

  /**
   * Whether an instance of the app stays up, or still may: another one, as this one has ended and
   * is beyond hope, or is not restarted.
   */
  #hasHope({ app }: Instance): boolean {
    const { kept, instances } = this.#settings
    return kept(app).some((other) => {
      const living = instances.of(app).find((one) => one.keeper === other)
      if (!living && !isWaiting(other)) return false
      return (
        !this.#records.get(other.pm2_env.pm_id)?.isHopeless ||
        (living !== undefined && uptimeOf(living) >= STAYS_UP)
      )
    })
  }

  /**
   * On a laptop whoever watches files is fixing one: the next change starts the app again, as `pm2
   * --watch` does. A dyno has to end.
   */
  #waitsForChange({ app }: Instance, why: string): boolean {
    const { isMended, kept, instances } = this.#settings
    if (!isMended || !app.options.watch) return false
    for (const keeper of kept(app)) {
      this.#records.delete(keeper.pm2_env.pm_id)
      if (instances.of(app).some((one) => one.keeper === keeper)) continue
      clearTimeout(keeper.pm2_env.restart_task as NodeJS.Timeout | undefined)
      // PM2's word for an app that it does not restart by itself any more; it starts none that
      // still has a pid.
      keeper.pm2_env.status = 'errored'
      keeper.process.pid = 0
    }
    dynoOutput.err.write(
      new RuntimeError(`${app.name} cannot stay up, and waits for a changed file`, why).toString(),
    )
    return true
  }

  /**
   * All apps that are finished by themselves are the end of the dyno, with the first status of
   * theirs that is not 0.
   */
  #endWhenAllHave(): void {
    const { apps, onAllEnded } = this.#settings
    if (!apps.every((app) => this.#isOver(app))) return
    const failure = [...this.#records.values()]
      .map(({ ended }) => ended)
      .find((one) => one !== undefined && one !== 0)
    onAllEnded(failure === undefined ? 0 : failureCode(failure))
  }

  /** An app with a schedule is never over: `cron_restart` starts what has ended, as PM2 does. */
  #isOver(app: App): boolean {
    // All were taken away, which is no failure.
    if (this.#filled.has(app) && this.#settings.kept(app).length === 0) return true
    const hasEnded = [...this.#records.values()].some(
      (one) => one.app === app && one.ended !== undefined,
    )
    return this.#filled.has(app) && hasEnded && !hasSchedule(app) && this.isIdle(app)
  }
}

function hasSchedule({ options }: App): boolean {
  return options.cron_restart !== undefined && String(options.cron_restart) !== '0'
}

/** PM2 gives the status to what it does not restart as well, if there is a delay. */
function isWaiting({ pm2_env }: Keeper): boolean {
  return pm2_env.status === 'waiting restart' && pm2_env.restart_task !== undefined
}

function endOf(code: number | null, signal: string | null): string {
  return signal ? `was ended by ${signal}` : `exited with code ${code}`
}

function isStopCode(app: App, code: number | null): boolean {
  return [app.options.stop_exit_codes].flat().some((one) => Number(one) === code)
}
