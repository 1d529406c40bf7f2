import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { prunesNothing } from '../../prune-switches.js'
import { capture, step, type BuildContext } from './context.js'
import { berryOptions } from './dependencies.js'
import { lockedPackages } from './locked-packages.js'
import { hasInstallScripts, type Manifest } from './manifest.js'
import type { PackageManager } from './package-manager.js'

/** Takes devDependencies out of the slug, unless there is a reason not to. */
export async function pruneDevDependencies(context: BuildContext, manager: PackageManager, whyNot: string | undefined): Promise<void> {
  const { output } = context
  output.heading('Pruning devDependencies')
  if (whyNot !== undefined) {
    output.line(`Skipping because ${whyNot}`)
    return
  }
  if (manager.name === 'npm') return await step(context, 'npm', ['prune', '--omit=dev', '--no-audit', '--no-fund'])
  if (manager.name === 'pnpm') return await step(context, 'pnpm', ['prune', '--prod', '--ignore-scripts'])
  if (manager.name === 'berry') return await step(context, 'yarn', ['workspaces', 'focus', '--all', '--production'], await berryOptions(context))
  await step(context, 'yarn', ['install', '--frozen-lockfile', '--ignore-engines', '--ignore-scripts', '--prefer-offline', '--non-interactive', '--production=true'])
}

/** By the rules of Heroku's buildpack; undefined where devDependencies are to be taken out. */
export async function whyNotPrune(context: BuildContext, manifest: Manifest, manager: PackageManager): Promise<string | undefined> {
  const { env, places } = context
  const kept = prunesNothing(env, manager.name)
  if (kept !== undefined) return kept
  if (manager.name === 'pnpm' && existsSync(path.join(places.dir, 'pnpm-workspace.yaml')) && /^packages:/m.test(await readFile(path.join(places.dir, 'pnpm-workspace.yaml'), 'utf8'))) {
    return 'this is a pnpm workspace'
  }
  if (manager.name === 'berry' && (await capture(context, 'yarn', ['workspaces', 'focus', '--help'], await berryOptions(context))).status !== 0) {
    return 'this yarn has no workspace-tools plugin'
  }
  if (Object.keys((manifest.raw.devDependencies as object | undefined) ?? {}).length === 0 && manifest.raw.workspaces === undefined && manager.lockfile !== null) {
    return 'there are none'
  }
  return undefined
}

/**
 * Whether npm may leave devDependencies out from the start, in a build that has no script of its own after the installation: what is installed and pruned
 * again leaves the same tree. Not where one could fail to install on Heroku, or where the app's own install scripts may use one.
 */
export async function mayOmitDev({ places }: BuildContext, manifest: Manifest, manager: PackageManager): Promise<boolean> {
  if (manager.name !== 'npm' || manager.lockfile === null || manifest.raw.workspaces !== undefined) return false
  if (hasInstallScripts(manifest)) return false
  const locked = lockedPackages(await readFile(path.join(places.dir, manager.lockfile), 'utf8'))
  return !locked.some(({ dev, hasInstallScript, optional }) => dev === true && hasInstallScript === true && optional !== true)
}
