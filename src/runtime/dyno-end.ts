/**
 * The end of the dyno: by a signal, by an app that cannot stay up, or because every app has
 * finished.
 */
import { monotonic } from '../lib/monotonic.js'
import type { God } from './god.js'
import type { Instance, Instances } from './instances.js'
import { watchLaunchers } from './launchers.js'
import { Listeners } from './listeners.js'
import { dynoOutput } from './outlet.js'
import { RuntimeError } from './runtime-error.js'
import { forgetRestarts, stopInstance } from './stopping.js'

interface DynoEndSettings {
  instances: Instances
  /** Asked for once something has started. */
  god(): God
  /** An instance is about to be stopped by a signal. */
  onStop(instance: Instance, signal: NodeJS.Signals): void
}

export class DynoEnd {
  readonly #settings: DynoEndSettings
  readonly #listeners = new Listeners()
  #hasBegun = false

  /** From here on every socket that instances share is noticed: make it before there are any. */
  constructor(settings: DynoEndSettings) {
    this.#settings = settings
  }

  /** Before there is an instance: a supervisor that dies of a signal would leave it behind. */
  listen(isDyno: boolean): void {
    for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
      process.on(name, () => void this.stop(name))
    if (isDyno) watchLaunchers(() => void this.stop('SIGTERM'))
    for (const outlet of [dynoOutput.out, dynoOutput.err]) {
      outlet.onBroken = ({ code, message }) =>
        this.fail(
          new RuntimeError(
            'the log cannot be written any more',
            code === 'EPIPE' ? 'its reader has gone' : message,
          ),
        )
    }
  }

  /** Whether a stop is under way: nothing starts any more. */
  get hasBegun(): boolean {
    return this.#hasBegun
  }

  /**
   * Stops all instances at once, then the process with code 0: a stop that was asked for is no
   * failure.
   */
  async stop(signal: NodeJS.Signals): Promise<void> {
    if (this.#hasBegun) return
    for (const instance of this.#settings.instances.all) this.#settings.onStop(instance, signal)
    await this.#stopAll()
    await this.#exit(0)
  }

  /** Ends for what went wrong, said on stderr. */
  fail(error: RuntimeError): void {
    if (this.#hasBegun) return
    dynoOutput.err.write(error.toString())
    void this.#stopAll().then(() => this.#exit(error.exitCode))
  }

  /** Every app has finished by itself. */
  finish(code: number): void {
    if (!this.#hasBegun) void this.#exit(code)
  }

  /** Instances that share a port go on serving until the supervisor has closed it. */
  async #stopAll(): Promise<void> {
    this.#hasBegun = true
    forgetRestarts(this.#settings.god())
    for (const outlet of [dynoOutput.out, dynoOutput.err]) outlet.hurry()
    const begun = monotonic()
    const closed = this.#listeners.close()
    await Promise.all(
      this.#settings.instances.all.map(async (instance) => {
        instance.keeper.pm2_env.status = 'stopping'
        if (instance.app.isCluster) await closed
        await stopInstance(instance, Math.max(0, instance.app.killTimeout - (monotonic() - begun)))
        await instance.silence
      }),
    )
  }

  /**
   * Ends the process when what was printed is out. In a stop there is a limit to that; an end of
   * its own waits for a slow reader as any program does.
   */
  async #exit(code: number): Promise<void> {
    await this.#settings.instances.silence()
    await Promise.all([dynoOutput.out.emptied(), dynoOutput.err.emptied()])
    process.exit(code)
  }
}
