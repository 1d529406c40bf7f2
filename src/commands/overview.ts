import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ShipitError } from '../errors.js'
import { BaseCommand } from '../ui/base-command.js'
import { platformFlags } from '../ui/flags.js'
import type { AppState, FolderState } from '../ui/overview.js'

/** ms that the platform has for all that is asked of it. */
const LIMIT = 2_500
/** Releases among which the last deploy is looked for. */
const RELEASES = 15

/** What `shipit` alone runs on a terminal. */
export default class Overview extends BaseCommand {
  static override hidden = true
  static override enableJsonFlag = false
  static override baseFlags = {}
  static override summary = 'show what to do next in this folder, or how its app is'
  static override flags = { ...platformFlags }

  async run(): Promise<void> {
    const { flags } = await this.parse(Overview)
    const dir = process.cwd()
    const folder = await folderState(dir)
    const { appLines, nextCommands, whichApp } = await import('../ui/overview.js')
    const { bin } = this.config
    const { apps, from } = await appsOf(dir)
    const [app] = apps
    if (app === undefined && folder === undefined)
      return void (await this.config.runCommand('help', []))
    const state = folder ?? NO_APP_HERE
    const named = app !== undefined && apps.length === 1 ? { app, from } : undefined
    const lines = named
      ? appLines(bin, await this.appState(named, flags.local), state)
      : app === undefined
        ? nextCommands(bin, state)
        : whichApp(bin, apps, from)
    this.log(`${lines.join('\n')}\n\n${bin} --help lists all commands.`)
    // A request that is still under way is of no use any more.
    if (named !== undefined) this.exit(0)
  }

  /** What is known in time; never starts the embedded Heroku. */
  private async appState(
    { app, from }: { app: string; from: string },
    isLocal: boolean,
  ): Promise<AppState> {
    const state: AppState = { app, from, local: isLocal ? ' --local' : '' }
    const late = new AbortController()
    const problem = await Promise.race([
      this.ask(state, isLocal).then(
        () => undefined,
        (error: unknown) => inShort(ShipitError.from(error)),
      ),
      delay(LIMIT, 'The platform has not answered in time: this is what is known here.', {
        signal: late.signal,
      }),
    ])
    late.abort()
    return { ...state, problem }
  }

  /** Fills in what the platform tells, as it comes. */
  private async ask(state: AppState, isLocal: boolean): Promise<void> {
    if (isLocal) {
      const { localStatus } = await import('../embedded/daemon/index.js')
      if (!(await localStatus()))
        throw new ShipitError('local', {
          message: 'The embedded Heroku is not running: `shipit local start` starts it.',
        })
    }
    const heroku = await import('../heroku/index.js')
    const endpoint = await heroku.resolveEndpoint({ local: isLocal, env: process.env })
    const api = new heroku.PlatformApi(endpoint, { timeout: LIMIT, silence: LIMIT, retries: 0 })
    await Promise.all([
      heroku.getApp(api, state.app).then((found) => (state.found = found)),
      heroku
        .listReleases(api, state.app, { max: RELEASES })
        .then((releases) => (state.releases = releases)),
      heroku.listDynos(api, state.app).then((dynos) => (state.dynos = dynos)),
    ])
  }
}

const inShort = ({ message, next }: ShipitError) => [message, next].filter(Boolean).join('\n→ ')

const NO_APP_HERE: FolderState = {
  name: 'myapp',
  hasEcosystemFile: false,
  isRepository: false,
  commit: undefined,
  uncommitted: 0,
}

/** Undefined if nothing of a Node.js app is here. What cannot be read is for `doctor` to tell. */
async function folderState(dir: string): Promise<FolderState | undefined> {
  const [{ findEcosystemFile }, { repositoryState }, { herokuName }] = await Promise.all([
    import('../ecosystem/index.js'),
    import('../git/state.js'),
    import('../lib/app-name.js'),
  ])
  const [manifest, ecosystem, git] = await Promise.all([
    readFile(path.join(dir, 'package.json'), 'utf8').catch(() => undefined),
    findEcosystemFile(dir),
    repositoryState(dir).catch((error: unknown) => {
      if (error instanceof ShipitError) return { isRepository: false } as const
      throw error
    }),
  ])
  if (manifest === undefined && ecosystem === undefined) return undefined
  const uncommitted = git.isRepository ? git.changed.length + git.untracked.length : 0
  const commit = git.isRepository ? git.commit : undefined
  return {
    name: herokuName(nameIn(manifest) ?? path.basename(dir)),
    hasEcosystemFile: ecosystem !== undefined,
    isRepository: git.isRepository,
    commit:
      commit &&
      `${git.isRepository && git.branch ? `${git.branch} at ` : ''}${commit.short} ${commit.subject}` +
        (uncommitted === 0
          ? ''
          : `, ${uncommitted} ${uncommitted === 1 ? 'file' : 'files'} not committed`),
    uncommitted,
  }
}

function nameIn(manifest: string | undefined): string | undefined {
  try {
    const { name } = JSON.parse(manifest ?? '{}') as { name?: unknown }
    return typeof name === 'string' ? name.replace(/^@[^/]*\//, '') : undefined
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined
    throw error
  }
}

/** The app that commands without --app take, those among which they would ask, or none. */
async function appsOf(dir: string): Promise<{ apps: string[]; from: string }> {
  if (process.env.HEROKU_APP) return { apps: [process.env.HEROKU_APP], from: 'HEROKU_APP' }
  const [{ appRemotes, herokuRemoteApp }, { appsOfFolder }] = await Promise.all([
    import('../git/remotes.js'),
    import('../ui/target.js'),
  ])
  try {
    const remote = await herokuRemoteApp(dir)
    if (remote !== undefined) return { apps: [remote], from: 'by its git remote' }
    const { file, apps } = await appsOfFolder(dir)
    if (apps.length > 0) return { apps, from: `deploy: in ${file}` }
    return { apps: (await appRemotes(dir)).map(({ app }) => app), from: 'by its git remotes' }
  } catch (error) {
    if (error instanceof ShipitError) return { apps: [], from: '' }
    throw error
  }
}
