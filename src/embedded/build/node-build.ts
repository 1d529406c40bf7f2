import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { ManagerName } from '../../project/lockfiles.js'
import { configureBerry } from './berry.js'
import { cacheDirectories, restoreDirectories, saveDirectories } from './cache-directories.js'
import { capture, step, type BuildContext } from './context.js'
import { installDependencies } from './dependencies.js'
import { listedEnvironment } from './environment.js'
import { readManifest, type Manifest } from './manifest.js'
import { provideNode } from './node-runtime.js'
import {
  choosePackageManager,
  commandOf,
  refuseConflicts,
  toolsToInstall,
  versionWarnings,
  type PackageManager,
} from './package-manager.js'
import { configurePnpm } from './pnpm.js'
import {
  checkBerry,
  readBerrySettings,
  refuseCollision,
  refuseIojs,
  releaseOf,
} from './preparation.js'
import { mayOmitDev, pruneDevDependencies, whyNotPrune } from './prune-dev.js'
import { runtimeOf } from './tree-cache.js'
import { treeText } from './tree-file.js'
import { linkNode, npmVersion, provideTool, versionOf } from './tools.js'

/** Scripts of the app's own that may write into node_modules once it is there. */
const AFTER_INSTALL = ['heroku-postbuild', 'build', 'heroku-cleanup']

/**
 * From sources to what a dyno runs, in the order in which heroku/nodejs does it
 * (heroku-buildpack-nodejs, bin/compile).
 */
export async function buildNodeApp(context: BuildContext): Promise<void> {
  const {
    output,
    places: { dir },
  } = context
  refuseCollision(dir)
  const manifest = await readManifest(dir)
  const files = await readdir(dir)
  const isFile = (file: string): boolean => existsSync(path.join(dir, file))
  const read = (file: string): string => treeText(dir, file)
  refuseConflicts(files, {
    manifest,
    folder: { isFile, read: (file) => (isFile(file) ? read(file) : undefined) },
  })
  refuseIojs(manifest)
  const manager = choosePackageManager(files, read)

  output.heading('Creating runtime environment')
  output.line()
  for (const line of listedEnvironment(context.env, context.configVars)) output.line(line)
  output.line()
  const settings = await readBerrySettings(dir)
  checkBerry(context, manifest, manager, settings)
  if (manager.name === 'berry') configureBerry(context, settings)

  output.heading('Installing binaries')
  await installBinaries(context, manifest, manager, releaseOf(dir, settings))
  const version =
    manager.name === 'npm'
      ? (context.npm ?? 'unknown')
      : ((await versionOf(context, commandOf(manager))) ?? 'unknown')
  const kept = cacheDirectories(manifest)
  const signature =
    `${runtimeOf(manager, version, context.node?.version ?? '')} ` +
    `${files.includes('node_modules')}`
  if (kept.length > 0) await restoreDirectories(context, manager, kept, signature)

  await runScript(context, manifest, manager, 'Prebuild', ['heroku-prebuild'])
  const isBuilt = AFTER_INSTALL.some((name) => manifest.scripts[name] !== undefined)
  const keepsDev = whyNotPrune(context, manifest, manager)
  const omitsDev =
    !isBuilt && keepsDev === undefined && (await mayOmitDev(context, manifest, manager))
  await installDependencies(context, manifest, manager, {
    version,
    isLast: !isBuilt && kept.length === 0 && (omitsDev || keepsDev !== undefined),
    omitsDev,
    hasCacheDirectories: kept.length > 0,
  })
  await runScript(context, manifest, manager, 'Build', ['heroku-postbuild', 'build'])
  if (kept.length > 0) await saveDirectories(context, manager, kept, signature)
  await pruneDevDependencies(
    context,
    manager,
    omitsDev ? 'no script of the build uses them: they were not installed' : keepsDev,
  )
  await runScript(context, manifest, manager, 'Cleanup', ['heroku-cleanup'])
  if (context.env.NODE_VERBOSE === 'true') await listDependencies(context, manager)
  output.heading('Build succeeded!')
}

/** Node.js first, then the package managers that run on it (bin/compile: install_bins). */
async function installBinaries(
  context: BuildContext,
  manifest: Manifest,
  manager: PackageManager,
  release: string | undefined,
): Promise<void> {
  const { output } = context
  const { engines, packageManager } = manifest
  output.line(`engines.node (package.json):   ${engines.node || 'unspecified'}`)
  for (const tool of ['npm', 'yarn', 'pnpm'] as const) {
    if (tool === 'npm' || engines[tool] || commandOf(manager) === tool)
      output.line(
        `engines.${tool} (package.json):`.padEnd(31) +
          (engines[tool] || 'unspecified (use default)'),
      )
  }
  if (packageManager) output.line(`packageManager (package.json): ${packageManager.split('+')[0]}`)
  for (const line of versionWarnings(manager, manifest, release)) output.warning(line)
  output.line()

  context.node = await provideNode(
    { ...context, env: { ...context.hostEnv } },
    engines.node,
    process.env.SHIPIT_LOCAL_NODE,
  )
  await linkNode(context)
  const bundled = await npmVersion(context.env)
  // lib/package_managers/npm.sh: install_binary.
  const isTooOld =
    !engines.npm &&
    manager.lockfile === 'package-lock.json' &&
    Number.parseInt(bundled ?? '5', 10) < 5
  if (isTooOld) output.line('Detected package-lock.json: defaulting npm to version 5.x.x')
  else if (!engines.npm) output.line(`Using default npm version: ${bundled ?? 'none'}`)
  const wishes = toolsToInstall(manager, manifest, release !== undefined)
  for (const wish of isTooOld ? [{ tool: 'npm' as const, range: '5.x.x' }, ...wishes] : wishes) {
    if (wish.tool === 'npm' && wish.range === bundled)
      output.line(`npm ${bundled} already installed with node`)
    else await provideTool(context, wish)
  }
  context.npm = (await npmVersion(context.env)) ?? '0.0.0'
  // lib/package_managers/npm.sh; bin/compile: install_bins and its end.
  if (Number.parseInt(context.npm, 10) < 2)
    output.warning(
      `This version of npm (${context.npm}) has several known issues. Please update your npm ` +
        'version in package.json.',
    )
  if (Number.parseInt(context.npm, 10) < 5 && manager.lockfile === 'package-lock.json')
    output.warning(
      `This version of npm (${context.npm}) does not support package-lock.json. Please update ` +
        'your npm version in package.json.',
    )
  if (manager.name === 'pnpm') await configurePnpm(context)
}

/**
 * Runs the first of `names` that package.json has; one that is there and empty is one
 * (lib/package_manager.sh: run_build_script).
 */
async function runScript(
  context: BuildContext,
  manifest: Manifest,
  manager: PackageManager,
  heading: string,
  names: string[],
): Promise<void> {
  const { output, env } = context
  const present = names.filter((name) => manifest.scripts[name] !== undefined)
  const [name] = present
  if (name === undefined) return
  output.heading(heading)
  if (present.length > 1) output.line(`Detected both "${present[1]}" and "${name}" scripts`)
  const command = commandOf(manager)
  output.line(`Running ${name}${command === 'yarn' ? ' (yarn)' : ''}`)
  if (name === 'build' && manifest.scripts[name] === 'ng build') {
    output.warning(
      '"ng build" detected as build script. We recommend you use `ng build --prod` or add ' +
        '`--prod` to your build flags. ' +
        'https://devcenter.heroku.com/articles/nodejs-support#build-flags',
    )
  }
  // Yarn has no --if-present, and fails for an empty script.
  if (command === 'yarn' && !manifest.scripts[name]) return
  const flags = name === 'build' ? (env.NODE_BUILD_FLAGS ?? '') : ''
  if (flags !== '') output.line(`Running with ${flags} flags`)
  await step(context, 'script', command, scriptWords(command, name, flags))
}

/**
 * The words that run a script, if there is one. pnpm hands the script all that stands after its
 * name, so that its own flag stands before it (pnpm.io/cli/run).
 */
export function scriptWords(command: ManagerName, name: string, flags: string): string[] {
  if (command === 'yarn') return ['run', name, ...(flags === '' ? [] : [flags])]
  return [
    'run',
    ...(command === 'pnpm' ? ['--if-present', name] : [name, '--if-present']),
    ...(flags === '' ? [] : ['--', flags]),
  ]
}

/** lib/package_manager.sh: list_dependencies. What it prints is its end: it fails no build. */
async function listDependencies(context: BuildContext, manager: PackageManager): Promise<void> {
  const command = commandOf(manager)
  const { lines } = await capture(
    context,
    command,
    command === 'npm' ? ['ls', '--depth=0'] : ['list', '--depth=0'],
  )
  context.output.line()
  for (const line of lines) context.output.line(line)
}
