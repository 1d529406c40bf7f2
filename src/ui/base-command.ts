import { Command, Errors, type Interfaces } from '@oclif/core'
import { EXIT_CODES, ShipitError, type ErrorCode } from '../errors.js'
import type { DevClient } from '../dev/client.js'
import type { PlatformApi } from '../heroku/index.js'
import type { Schema } from '../json/schema.js'
import type { TargetFlags } from './target.js'
import { addLocal, misusedCommand, withLocal } from './command-line-errors.js'
import { jsonFlag } from './flags.js'
import { printError } from './print-error.js'
import { plainText, safeJson, writeErr, writeOut } from '../lib/terminal.js'

/** ms that the names of an account's apps may take, for a guess at what was meant. */
const APP_LIST_TIMEOUT = 3_000

/**
 * What every command shares: --local, --json, one error printer and the exit status of the table.
 */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true
  /** The schema of what --json prints: `shipit help json COMMAND`. */
  static json: (() => Promise<Schema>) | undefined
  /** Beside those that follow from its flags. `--help` prints them. */
  static exitCodes: readonly ErrorCode[] = []
  static override baseFlags: Interfaces.FlagInput = jsonFlag
  private api: PlatformApi | undefined

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
    this.api = new PlatformApi({ ...endpoint, onOtherToken })
    return this.api
  }

  /** The error, with the account's own app that was probably meant by the name of none. */
  private async withNearApp(error: ShipitError): Promise<ShipitError> {
    const { app } = error.details ?? {}
    if (typeof app !== 'string' || !this.api || !error.message.startsWith('There is no app called'))
      return error
    const [{ listApps }, { nearest }] = await Promise.all([
      import('../heroku/index.js'),
      import('../lib/nearest.js'),
    ])
    // The error says enough without it: no list, no guess.
    const apps = await listApps(this.api, { timeout: APP_LIST_TIMEOUT }).catch(() => [])
    const near = nearest(
      app,
      apps.map(({ name }) => name),
    )
    if (near === undefined || near === app) return error
    const { code, message, next, details, exitCode } = error
    const why = `Did you mean ${near}?`
    return new ShipitError(code, { message, why, next, details, exitCode, cause: error })
  }

  /**
   * The app's name from --app, --remote, HEROKU_APP, the git remote `heroku` or the only one of an
   * app, or the ecosystem file if its `deploy:` block names one app alone.
   */
  protected async appName(flags: {
    app?: string | undefined
    remote?: string | undefined
  }): Promise<string> {
    const isTyped = this.argv.some((word) => /^(?:-a|--app)(?:=|$)/.test(word))
    if (flags.app && (isTyped || flags.remote === undefined)) return flags.app
    const { appRemotes, herokuRemoteApp } = await import('../git/remotes.js')
    const dir = process.cwd()
    const remotes = await appRemotes(dir)
    const listed = remotes.map(({ remote, app }) => `${remote} (${app})`).join(', ')
    if (flags.remote !== undefined) {
      const found = remotes.find(({ remote }) => remote === flags.remote)
      if (found) return found.app
      throw new ShipitError('usage', {
        message: `There is no git remote \`${flags.remote}\` of an app.`,
        why: listed === '' ? 'This folder has none.' : `There are ${listed}.`,
        next: `${this.spoken} --app NAME`,
      })
    }
    const name = await herokuRemoteApp(dir)
    if (name) return name
    const { appsOfFolder } = await import('./target.js')
    const { file, apps } = await appsOfFolder(dir)
    if (apps.length === 1) return apps[0]!
    throw new ShipitError('usage', {
      message: 'Which app?',
      why:
        'There is no --app, HEROKU_APP is not set, and this folder has ' +
        (listed === '' ? 'no git remote of an app.' : `several git remotes of apps: ${listed}.`) +
        (apps.length === 0 ? '' : ` ${file} deploys to ${apps.join(', ')}.`),
      next:
        listed === ''
          ? `${this.spoken} --app NAME`
          : `${this.spoken} --remote ${remotes[0]!.remote}`,
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
    release: { version: number } | null,
  ): Promise<void> {
    if (release === null) return
    const { prebootNote, prebootOf } = await import('../deploy/index.js')
    const preboot = await prebootOf(api, app)
    if (preboot) this.log(prebootNote(preboot, release.version))
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

  /** With `-j` too, where the command has it. */
  override jsonEnabled(): boolean {
    if (super.jsonEnabled()) return true
    const { char } = (this.ctor.baseFlags?.json ?? {}) as { char?: string }
    const end = this.argv.indexOf('--')
    return (
      char !== undefined && this.argv.slice(0, end === -1 ? undefined : end).includes(`-${char}`)
    )
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

  protected override async catch(error: Error & { exitCode?: number }): Promise<never> {
    if (error instanceof Errors.ExitError) throw error
    const known = withLocal(
      this.isMisuse(error)
        ? misusedCommand(
            error,
            Object.keys({ ...this.ctor.baseFlags, ...this.ctor.flags }),
            this.spoken,
          )
        : await this.withNearApp(ShipitError.from(error)),
      this.isLocal,
    )
    if (this.jsonEnabled()) {
      const { errorDocument } = await import('../json/error.js')
      writeOut(safeJson({ error: errorDocument(known) }, 2) + '\n')
    }
    printError(known)
    // Not process.exit: output that is still in a pipe would be cut off.
    process.exitCode = known.exitCode
    return this.exit(known.exitCode)
  }
}
