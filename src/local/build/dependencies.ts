import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { usesPlugAndPlay } from '../../yarn-linker.js'
import { step, type BuildContext, type StepOptions } from './context.js'
import type { Manifest } from './manifest.js'
import type { PackageManager } from './package-manager.js'
import { restoreTree, runtimeOf, saveTree, treeKey, type Keeping, type Restored } from './tree-cache.js'
import { checkVendoredPackages } from './vendored-packages.js'

interface Installation {
  /** Of the package manager. */
  version: string
  /** Whether no later step of the build runs anything that could write into node_modules. */
  isLast: boolean
  /** Whether devDependencies are left out, since no step of the build could use them. */
  omitsDev: boolean
}

/** Installs what the app depends on, or takes it from the last build where that is the same. */
export async function installDependencies(context: BuildContext, manifest: Manifest, manager: PackageManager, { version, isLast, omitsDev }: Installation): Promise<void> {
  const { output, env } = context
  const isCheckedIn = existsSync(path.join(context.places.dir, 'node_modules'))
  const isCached = env.NODE_MODULES_CACHE !== 'false' && !isCheckedIn && manager.name !== 'berry' && manager.name !== 'pnpm'
  const runtime = runtimeOf(manager, version)
  // npm and yarn write into what they find where it is not identical.
  const keeping = isLast && manager.lockfile !== null ? 'shared' : 'copied'
  await checkVendoredPackages(context.places.dir, manager)
  const key = await treeKey(context, manifest, manager, omitsDev ? `${runtime} without devDependencies` : runtime)

  output.heading('Restoring cache')
  const restored = isCached && (key !== null || manager.lockfile === null) ? await restoreTree(context, runtime, key, keeping) : 'none'
  output.line(restoreWords(restored, { isCached, isCheckedIn, env, key, manager }))

  output.heading('Installing dependencies')
  if (restored === 'identical') {
    output.line(`${manager.lockfile} and all that it installs are those of the last build: its node_modules are used`)
    return
  }
  if (isCheckedIn && manager.name === 'npm') await rebuildCheckedIn(context)
  else await install(context, manager, omitsDev)

  if (isCached && existsSync(path.join(context.places.dir, 'node_modules')) && (key !== null || manager.lockfile === null)) {
    output.heading('Caching build')
    await keepTree(context, runtime, key, keeping)
  }
}

/** A cache that cannot be written makes the next build slower and this one no worse. */
async function keepTree(context: BuildContext, runtime: string, key: string | null, keeping: Keeping): Promise<void> {
  try {
    await saveTree(context, runtime, key, keeping)
    context.output.line('- node_modules')
  } catch (error) {
    context.signal.throwIfAborted()
    context.output.warning(error instanceof Error ? error.message : String(error))
  }
}

function restoreWords(restored: Restored, { isCached, isCheckedIn, env, key, manager }: { isCached: boolean; isCheckedIn: boolean; env: Record<string, string>; key: string | null; manager: PackageManager }): string {
  if (env.NODE_MODULES_CACHE === 'false') return 'Caching has been disabled because NODE_MODULES_CACHE=false'
  if (isCheckedIn) return 'node_modules is checked into source control: nothing to restore'
  if (!isCached) return `- packages (from the store of ${manager.name === 'berry' ? 'yarn' : manager.name})`
  if (restored === 'changed') return 'Cached directories were not restored due to a change in version of node or its package manager'
  if (restored === 'written') return 'Cached directories were not restored: a dyno has written into node_modules'
  if (restored !== 'none') return '- node_modules'
  return key === null && manager.lockfile !== null ? '- packages (from the cache of the package manager)' : '- node_modules (not cached - skipping)'
}

async function rebuildCheckedIn(context: BuildContext): Promise<void> {
  context.output.warning('node_modules is checked into source control. Add it to .gitignore: https://docs.npmjs.com/cli/configuring-npm/package-json')
  context.output.line('Rebuilding any native modules')
  await step(context, 'npm', ['rebuild'])
  context.output.line('Installing any new modules (package.json)')
  await step(context, 'npm', ['install', ...npmFlags(context)])
}

async function install(context: BuildContext, manager: PackageManager, omitsDev: boolean): Promise<void> {
  const { output, env } = context
  const isProduction = env.NPM_CONFIG_PRODUCTION === 'true' || env.YARN_PRODUCTION === 'true'
  if (manager.name === 'npm') {
    output.line(manager.lockfile === null ? 'Installing node modules (package.json)' : 'Installing node modules')
    // A lockfile pins what is fetched, so what npm already has needs no second look at the registry.
    return await step(context, 'npm', manager.lockfile === null ? ['install', ...npmFlags(context)] : ['ci', '--prefer-offline', ...npmFlags(context, omitsDev)])
  }
  if (manager.name === 'pnpm') {
    output.line('Running \'pnpm install\' with pnpm-lock.yaml')
    return await step(context, 'pnpm', ['install', '--frozen-lockfile', `--prod=${isProduction}`, '--reporter=append-only'])
  }
  output.line('Installing node modules (yarn.lock)')
  if (manager.name === 'berry') return await step(context, 'yarn', ['install', '--immutable'], await berryOptions(context))
  await step(context, 'yarn', ['install', '--frozen-lockfile', '--ignore-engines', '--non-interactive', '--prefer-offline', `--production=${isProduction}`])
}

/** npm leaves devDependencies out where NODE_ENV is production, and a build needs them. */
function npmFlags(context: BuildContext, omitsDev = false): string[] {
  return [omitsDev || context.env.NPM_CONFIG_PRODUCTION === 'true' ? '--omit=dev' : '--include=dev', '--no-audit', '--no-fund']
}

/** Plug'n'Play reads packages from yarn's cache at run time, which must then lie within the slug. */
export async function berryOptions(context: BuildContext): Promise<StepOptions> {
  const file = path.join(context.places.dir, '.yarnrc.yml')
  const settings = existsSync(file) ? await readFile(file, 'utf8') : ''
  const usesNodeModules = !usesPlugAndPlay(settings)
  const { YARN_CACHE_FOLDER: _, ...env } = context.env
  context.env = env
  return { env: { YARN_ENABLE_GLOBAL_CACHE: String(usesNodeModules) } }
}
