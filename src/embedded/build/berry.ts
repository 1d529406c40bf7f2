import { existsSync, readdirSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { step, type BuildContext } from './context.js'
import { readBerrySettings, type BerrySettings } from './preparation.js'
import { removeFolder } from '../daemon/folders.js'

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
const PRUNE_PLUGIN =
  '\n' +
  'module.exports = {\n' +
  "  name: 'shipit-prune',\n" +
  '  factory: (load) => {\n' +
  "    const { BaseCommand } = load('@yarnpkg/cli')\n" +
  "    const { Cache, Configuration, Project, StreamReport } = load('@yarnpkg/core')\n" +
  '    class Prune extends BaseCommand {\n' +
  '      async execute() {\n' +
  '        const { cwd, plugins, stdout } = this.context\n' +
  '        const configuration = await Configuration.find(cwd, plugins)\n' +
  '        const { project } = await Project.find(configuration, cwd)\n' +
  '        const cache = await Cache.find(configuration, { immutable: false })\n' +
  '        if (project.restoreInstallState) await project.restoreInstallState({ ' +
  'restoreResolutions: false })\n' +
  '        for (const { manifest } of project.workspaces) manifest.devDependencies.clear()\n' +
  '        const done = await StreamReport.start({ configuration, stdout, includeLogs: true }, ' +
  'async (report) => {\n' +
  '          await project.install({ cache, report, persistProject: false })\n' +
  '          if (project.cacheCleanup) await project.cacheCleanup({ cache, report })\n' +
  '        })\n' +
  '        return done.exitCode()\n' +
  '      }\n' +
  '    }\n' +
  "    if (Prune.addPath) Prune.addPath('shipit', 'prune')\n" +
  "    else Prune.paths = [['shipit', 'prune']]\n" +
  '    return { commands: [Prune] }\n' +
  '  },\n' +
  '}\n'

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
