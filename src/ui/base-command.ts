import { Command } from '@oclif/core'
import { EXIT_CODES, ShipitError } from '../errors.js'
import type { DevClient } from '../dev/client.js'
import type { PlatformApi } from '../heroku/index.js'
import type { TargetFlags } from './target.js'
import { addLocal, misusedCommand, withLocal } from './command-line-faults.js'
import { printError } from './print-error.js'
import { plainText, safeJson, snakeKeys, writeErr, writeOut } from '../lib/terminal.js'

/**
 * What every command shares: --local, --json, one error printer and the exit status of the table.
 */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true

  /**
   * The client for the platform that the flags name; starts the embedded Heroku where they name
   * that.
   */
  protected async platform(flags: { local: boolean }): Promise<PlatformApi> {
    const { resolveEndpoint, PlatformApi } = await import('../heroku/index.js')
    const endpoint = await resolveEndpoint({ local: flags.local, env: process.env })
    const onOtherToken = (refused: string, taken: string) =>
      void writeErr(
        `${endpoint.label} does not accept the token from ${refused}; that from ${taken} is ` +
          'used.\n',
      )
    return new PlatformApi({ ...endpoint, onOtherToken })
  }

  /**
   * The app's name from --app, HEROKU_APP, the git remote `heroku`, or the ecosystem file where its
   * `deploy:` block names one app alone.
   */
  protected async appName(flags: { app?: string | undefined }): Promise<string> {
    if (flags.app) return flags.app
    const { herokuRemoteApp } = await import('../git/remotes.js')
    const name = await herokuRemoteApp(process.cwd())
    if (name) return name
    const { appsOfFolder } = await import('./target.js')
    const { file, apps } = await appsOfFolder(process.cwd())
    if (apps.length === 1) return apps[0]!
    throw new ShipitError('usage', {
      message: 'Which app?',
      why:
        'There is no --app, HEROKU_APP is not set, and this folder has no git remote called ' +
        `\`heroku\`.${apps.length === 0 ? '' : ` ${file} deploys to ${apps.join(', ')}.`}`,
      next: `${this.spoken} --app NAME`,
    })
  }

  /**
   * The `shipit dev` that a verb speaks to; undefined if it speaks to a platform. Throws
   * ShipitError where either could be meant; see devTarget.
   */
  protected async devSessions(
    flags: TargetFlags,
    isChange: boolean,
  ): Promise<DevClient[] | undefined> {
    const { devTarget } = await import('./target.js')
    return devTarget(flags, { spoken: this.spoken, argv: this.argv, isChange })
  }

  /**
   * Work that waits for a platform. Ctrl-C, SIGTERM and a closed terminal end the wait in order,
   * with the exit status of the signal; a second one ends it at once.
   * @param left what state the app is left in, a sentence or two, asked for once the work has
   *   stopped
   */
  async stoppable<T>(work: (signal: AbortSignal) => Promise<T>, left: () => string): Promise<T> {
    const { stopOnSignals, stoppedBy } = await import('../deploy/index.js')
    const stop = stopOnSignals(() => writeErr(`\n${this.withLocal(left())}\n`))
    try {
      return await work(stop.signal)
    } catch (error) {
      if (!stop.signal.aborted) throw error
      throw stoppedBy(stop.signal, left())
    } finally {
      stop.release()
    }
  }

  /** After a change that made a release: whether requests go to it yet, where preboot is on. */
  protected async tellOfPreboot(
    api: PlatformApi,
    app: string,
    release: number | null,
  ): Promise<void> {
    if (release === null) return
    const { prebootNote, prebootOf } = await import('../deploy/index.js')
    const preboot = await prebootOf(api, app)
    if (preboot) this.log(prebootNote(preboot, release))
  }

  /** The command as it is typed, such as `shipit keys set`. */
  protected get spoken(): string {
    return `${this.config.bin} ${this.id?.replaceAll(':', ' ')}`
  }

  /** Whether commands that are suggested need --local to speak to the same platform. */
  private get isLocal(): boolean {
    return this.argv.includes('--local') || this.id?.startsWith('local:') === true
  }

  /** A line for people that may name a command to type next. */
  protected suggest(line: string): void {
    this.log(this.withLocal(line))
  }

  protected withLocal(line: string): string {
    return this.isLocal ? addLocal(line) : line
  }

  private isMisuse(error: Error & { oclif?: { exit?: number } }): boolean {
    return !(error instanceof ShipitError) && error.oclif?.exit === EXIT_CODES.usage.exit
  }

  /** A line for people, on stdout; nothing with --json. */
  override log(message = ''): void {
    if (!this.jsonEnabled()) writeOut(`${message}\n`)
  }

  override logToStderr(message = ''): void {
    if (!this.jsonEnabled()) writeErr(`${message}\n`)
  }

  override warn(input: string | Error): string | Error {
    super.warn(typeof input === 'string' ? plainText(input) : input)
    return input
  }

  override logJson(json: unknown): void {
    writeOut(`${safeJson(json, 2)}\n`)
  }

  /**
   * Every command's keys are spelled as the Platform API spells its own: `already_live`,
   * `exit_code`.
   */
  protected override toSuccessJson(result: unknown): unknown {
    return snakeKeys(result)
  }

  protected override async catch(
    error: Error & { exitCode?: number; oclif?: { exit?: number } },
  ): Promise<never> {
    if (error.oclif?.exit !== undefined && error.constructor.name === 'ExitError') throw error
    const known = withLocal(
      this.isMisuse(error)
        ? misusedCommand(
            error,
            Object.keys({ ...this.ctor.baseFlags, ...this.ctor.flags }),
            this.spoken,
          )
        : ShipitError.from(error),
      this.isLocal,
    )
    if (this.jsonEnabled()) writeOut(safeJson({ error: known.toJSON() }, 2) + '\n')
    printError(known)
    // Not process.exit: output that is still in a pipe would be cut off.
    process.exitCode = known.exitCode
    return this.exit(known.exitCode)
  }
}
