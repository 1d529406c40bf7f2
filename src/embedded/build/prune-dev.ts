import { existsSync } from 'node:fs'
import path from 'node:path'
import semver from 'semver'
import { prunesNothing } from '../../project/prune-switches.js'
import { pruneBerry } from './berry.js'
import { step, type BuildContext } from './context.js'
import { lockedPackages } from './locked-packages.js'
import { hasInstallScripts, type Manifest } from './manifest.js'
import type { PackageManager } from './package-manager.js'
import { prunePnpm } from './pnpm.js'
import { treeText } from './tree-file.js'

/** Takes devDependencies out of the slug, unless there is a reason not to. */
export async function pruneDevDependencies(
  context: BuildContext,
  manager: PackageManager,
  whyNot: string | undefined,
): Promise<void> {
  const { output } = context
  output.heading('Pruning devDependencies')
  if (whyNot !== undefined) {
    output.line(`Skipping because ${whyNot}`)
    return
  }
  if (manager.name === 'pnpm') return await prunePnpm(context)
  if (manager.name === 'berry') return await pruneBerry(context)
  if (manager.name === 'npm')
    return await step(context, 'npm', 'npm', [
      'prune',
      ...(semver.gte(context.npm ?? '0.0.0', '7.0.0')
        ? ['--omit=dev', '--no-audit', '--no-fund']
        : []),
    ])
  await step(context, 'yarn', 'yarn', [
    'install',
    '--frozen-lockfile',
    '--ignore-engines',
    '--ignore-scripts',
    '--prefer-offline',
    '--non-interactive',
    '--production=true',
  ])
}

/**
 * Versions of npm whose prune fails (lib/package_managers/npm.sh: prune_devdependencies;
 * npm/npm#17781 and npm/npm#19356).
 */
const ALWAYS_FAILS = '5.3.0'
const SOMETIMES_FAIL = ['5.6.0', '5.5.1', '5.5.0', '5.4.2', '5.4.1', '5.2.0', '5.1.0']

/** By the rules of Heroku's buildpack; undefined if devDependencies are to be taken out. */
export function whyNotPrune(
  { env, places, npm = '' }: BuildContext,
  manifest: Manifest,
  manager: PackageManager,
): string | undefined {
  const kept = prunesNothing(env, manager.name)
  if (kept !== undefined) return kept
  if (manager.name === 'npm' && npm === ALWAYS_FAILS)
    return `npm ${npm} fails when running 'npm prune' (https://github.com/npm/npm/issues/17781)`
  if (manager.name === 'npm' && SOMETIMES_FAIL.includes(npm))
    return (
      `npm ${npm} sometimes fails when running 'npm prune' ` +
      '(https://github.com/npm/npm/issues/19356)'
    )
  const isPlain =
    (manager.name === 'npm' || manager.name === 'yarn') &&
    manager.lockfile !== null &&
    manifest.raw.workspaces === undefined
  const hasDev = Object.keys((manifest.raw.devDependencies as object | undefined) ?? {}).length > 0
  if (isPlain && !hasDev && !existsSync(path.join(places.dir, 'node_modules')))
    return 'there are none'
  return undefined
}

/**
 * Whether npm may leave devDependencies out from the start, in a build that has no script of its
 * own after the installation: what is installed and pruned again leaves the same tree. Not if one
 * could fail to install on Heroku, or if the app's own install scripts may use one.
 */
export async function mayOmitDev(
  { places }: BuildContext,
  manifest: Manifest,
  manager: PackageManager,
): Promise<boolean> {
  if (manager.name !== 'npm' || manager.lockfile === null || manifest.raw.workspaces !== undefined)
    return false
  if (hasInstallScripts(manifest)) return false
  const locked = lockedPackages(treeText(places.dir, manager.lockfile))
  return !locked.some(
    ({ dev, hasInstallScript, optional }) =>
      dev === true && hasInstallScript === true && optional !== true,
  )
}
