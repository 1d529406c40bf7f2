import { existsSync, readdirSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { step, type BuildContext } from './context.js'
import { readBerrySettings, type BerrySettings } from './preparation.js'
import { removeFolder } from '../remove.js'

const cacheOf = (dir: string): string => path.join(dir, '.yarn', 'cache')

/**
 * Where Yarn 2 and later keeps its packages (bin/compile, "Configure vendored package manager"): in
 * the app if it reads them from there at run time, which is all but nodeLinker: node-modules, or if
 * they are checked in, and then nothing may change them. Else with those of all apps.
 */
export function configureBerry(context: BuildContext, settings: BerrySettings | undefined): void {
  const {
    env,
    configVars,
    places: { dir },
  } = context
  const isCheckedIn = existsSync(cacheOf(dir)) && readdirSync(cacheOf(dir)).length > 0
  const isInApp = isCheckedIn || settings?.nodeLinker !== 'node-modules'
  if (configVars.YARN_CACHE_FOLDER === undefined) delete env.YARN_CACHE_FOLDER
  if (isInApp) env.YARN_CACHE_FOLDER ??= cacheOf(dir)
  env.YARN_ENABLE_GLOBAL_CACHE = String(!isInApp)
  if (isCheckedIn) env.YARN_ENABLE_IMMUTABLE_CACHE ??= 'true'
}

export async function installBerry(context: BuildContext): Promise<void> {
  context.output.line("Running 'yarn install' with yarn.lock")
  await step(context, 'berry', 'yarn', ['install', '--immutable'])
}

/**
 * A plugin for Yarn 2, 3 and 4 that installs again without devDependencies, as Heroku's own does
 * (bin/compile: YARN_PLUGINS): Yarn has a command for that only with its workspace-tools plugin, or
 * from version 4 on. Its API: yarnpkg.com/api.
 */
const PRUNE_PLUGIN = `
module.exports = {
  name: 'shipit-prune',
  factory: (load) => {
    const { BaseCommand } = load('@yarnpkg/cli')
    const { Cache, Configuration, Project, StreamReport } = load('@yarnpkg/core')
    class Prune extends BaseCommand {
      async execute() {
        const { cwd, plugins, stdout } = this.context
        const configuration = await Configuration.find(cwd, plugins)
        const { project } = await Project.find(configuration, cwd)
        const cache = await Cache.find(configuration, { immutable: false })
        if (project.restoreInstallState) await project.restoreInstallState({ restoreResolutions: false })
        for (const { manifest } of project.workspaces) manifest.devDependencies.clear()
        const done = await StreamReport.start({ configuration, stdout, includeLogs: true }, async (report) => {
          await project.install({ cache, report, persistProject: false })
          if (project.cacheCleanup) await project.cacheCleanup({ cache, report })
        })
        return done.exitCode()
      }
    }
    if (Prune.addPath) Prune.addPath('shipit', 'prune')
    else Prune.paths = [['shipit', 'prune']]
    return { commands: [Prune] }
  },
}
`

export async function pruneBerry(context: BuildContext): Promise<void> {
  const {
    output,
    places: { dir, temp },
  } = context
  const plugin = path.join(temp, 'yarn-prune.cjs')
  await mkdir(temp, { recursive: true })
  await writeFile(plugin, PRUNE_PLUGIN)
  await step(context, 'berry', 'yarn', ['shipit', 'prune'], {
    env: { YARN_PLUGINS: plugin, YARN_ENABLE_IMMUTABLE_INSTALLS: 'false' },
  })
  // What runs needs no cache then (lib/package_managers/yarn.sh: _prune_berry_devdependencies).
  if ((await readBerrySettings(dir))?.nodeLinker !== 'node-modules') return
  output.line('Removing local yarn cache to reduce slug size')
  await removeFolder(cacheOf(dir))
}
