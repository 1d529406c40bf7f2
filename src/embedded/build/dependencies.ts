import { existsSync } from 'node:fs'
import path from 'node:path'
import semver from 'semver'
import { installBerry } from './berry.js'
import { step, type BuildContext } from './context.js'
import type { Manifest } from './manifest.js'
import type { PackageManager } from './package-manager.js'
import { installPnpm } from './pnpm.js'
import {
  restoreTree,
  runtimeOf,
  saveTree,
  treeKey,
  type Keeping,
  type Restored,
} from './tree-cache.js'
import { checkVendoredPackages } from './vendored-packages.js'
import { removeFolder } from '../daemon/folders.js'

interface Installation {
  /** Of the package manager. */
  version: string
  /** Whether no later step of the build runs anything that could write into node_modules. */
  isLast: boolean
  /** Whether devDependencies are left out, since no step of the build could use them. */
  omitsDev: boolean
  /** Whether package.json says itself what is kept for the next build. */
  hasCacheDirectories: boolean
}

/** Installs what the app depends on, or takes it from the last build if that is the same. */
export async function installDependencies(
  context: BuildContext,
  manifest: Manifest,
  manager: PackageManager,
  { version, isLast, omitsDev, hasCacheDirectories }: Installation,
): Promise<void> {
  const { output, env } = context
  const isCheckedIn = await keepsCheckedIn(context, manager)
  const isCached =
    env.NODE_MODULES_CACHE !== 'false' &&
    !isCheckedIn &&
    !hasCacheDirectories &&
    manager.name !== 'berry' &&
    manager.name !== 'pnpm'
  const runtime = runtimeOf(manager, version, context.node?.version ?? process.versions.node)
  await checkVendoredPackages(context.places.dir, manager)
  const usesCi = doesUseCi(context, manager)
  const key =
    usesCi || manager.name === 'yarn'
      ? await treeKey(
          context,
          manifest,
          manager,
          omitsDev ? `${runtime} without devDependencies` : runtime,
        )
      : null
  // npm and yarn write into what they find if it is not identical.
  const keeping = isLast && key !== null ? 'shared' : 'copied'
  const mayRestore = isCached && (key !== null || (manager.name === 'npm' && !usesCi))

  if (!hasCacheDirectories) output.heading('Restoring cache')
  const restored = mayRestore ? await restoreTree(context, runtime, key, keeping) : 'none'
  if (!hasCacheDirectories)
    output.line(
      restoreWords(restored, { isCached, isCheckedIn, env, isFromStore: !mayRestore, manager }),
    )

  output.heading('Installing dependencies')
  if (restored === 'identical') {
    output.line(
      `${manager.lockfile} and all that it installs are those of the last build: its ` +
        'node_modules are used',
    )
    return
  }
  if (isCheckedIn && manager.name === 'npm') await rebuildCheckedIn(context)
  else await install(context, manager, { omitsDev, usesCi })

  if (mayRestore && existsSync(path.join(context.places.dir, 'node_modules'))) {
    output.heading('Caching build')
    await keepTree(context, runtime, key, keeping)
  }
}

/**
 * npm rebuilds what is checked in; yarn installs anew, unless told otherwise (bin/compile:
 * restore_cache).
 */
async function keepsCheckedIn(
  { env, output, places }: BuildContext,
  manager: PackageManager,
): Promise<boolean> {
  const modules = path.join(places.dir, 'node_modules')
  if (!existsSync(modules)) return false
  if (manager.name !== 'yarn' && manager.name !== 'berry') return true
  if (env.SKIP_NODE_MODULES_CHECK === 'true') {
    output.line('Keeping existing node_modules because SKIP_NODE_MODULES_CHECK=true')
    return true
  }
  output.warning(
    'node_modules checked into source control: ' +
      'https://devcenter.heroku.com/articles/node-best-practices#only-git-the-important-bits',
  )
  await removeFolder(modules)
  return false
}

/**
 * `npm ci` if there is a lockfile and npm knows the command, unless the config var USE_NPM_INSTALL
 * decides (bin/compile; lib/package_managers/npm.sh: should_use_npm_ci).
 */
function doesUseCi({ env, npm }: BuildContext, { name, lockfile }: PackageManager): boolean {
  if (name !== 'npm') return false
  if (env.USE_NPM_INSTALL) return env.USE_NPM_INSTALL === 'false'
  return lockfile !== null && semver.gte(npm ?? '0.0.0', '6.0.0')
}

/** A cache that cannot be written makes the next build slower and this one no worse. */
async function keepTree(
  context: BuildContext,
  runtime: string,
  key: string | null,
  keeping: Keeping,
): Promise<void> {
  try {
    await saveTree(context, runtime, key, keeping)
    context.output.line('- node_modules')
  } catch (error) {
    context.signal.throwIfAborted()
    context.output.warning(error instanceof Error ? error.message : String(error))
  }
}

function restoreWords(
  restored: Restored,
  {
    isCached,
    isCheckedIn,
    env,
    isFromStore,
    manager,
  }: {
    isCached: boolean
    isCheckedIn: boolean
    env: Record<string, string>
    isFromStore: boolean
    manager: PackageManager
  },
): string {
  if (env.NODE_MODULES_CACHE === 'false')
    return 'Caching has been disabled because NODE_MODULES_CACHE=false'
  if (isCheckedIn) return 'node_modules is checked into source control: nothing to restore'
  if (!isCached) return `- ${manager.name === 'berry' ? 'yarn' : manager.name} cache`
  if (restored === 'changed')
    return (
      'Cached directories were not restored due to a change in version of node or its package ' +
      'manager'
    )
  if (restored === 'written')
    return 'Cached directories were not restored: a dyno has written into node_modules'
  if (restored !== 'none') return '- node_modules'
  return isFromStore
    ? '- packages (from the cache of the package manager)'
    : '- node_modules (not cached - skipping)'
}

/** lib/package_managers/npm.sh: rebuild_dependencies. */
async function rebuildCheckedIn(context: BuildContext): Promise<void> {
  context.output.line('Prebuild detected (node_modules already exists)')
  context.output.warning(
    'node_modules is checked into source control. Add it to .gitignore: ' +
      'https://docs.npmjs.com/cli/configuring-npm/package-json',
  )
  context.output.line('Rebuilding any native modules')
  await step(context, 'npm', 'npm', ['rebuild'])
  context.output.line('Installing any new modules (package.json)')
  await step(context, 'npm', 'npm', ['install', ...npmFlags(context)])
}

async function install(
  context: BuildContext,
  manager: PackageManager,
  { omitsDev, usesCi }: { omitsDev: boolean; usesCi: boolean },
): Promise<void> {
  const { output, env } = context
  if (manager.name === 'pnpm') return await installPnpm(context)
  if (manager.name === 'berry') return await installBerry(context)
  if (manager.name === 'yarn') {
    output.line('Installing node modules (yarn.lock)')
    return await step(context, 'yarn', 'yarn', [
      'install',
      '--frozen-lockfile',
      '--ignore-engines',
      '--non-interactive',
      '--prefer-offline',
      `--production=${env.YARN_PRODUCTION || 'false'}`,
    ])
  }
  const locked =
    manager.lockfile === 'npm-shrinkwrap.json'
      ? ' + shrinkwrap'
      : manager.lockfile === null
        ? ''
        : ' + package-lock'
  output.line(
    usesCi ? 'Installing node modules' : `Installing node modules (package.json${locked})`,
  )
  // A lockfile pins what is fetched, so what npm already has needs no second look at the registry.
  await step(
    context,
    'npm',
    'npm',
    usesCi
      ? ['ci', '--prefer-offline', ...npmFlags(context, omitsDev)]
      : ['install', ...npmFlags(context)],
  )
}

/**
 * npm leaves devDependencies out if NODE_ENV is production, and a build needs them. Before npm 7
 * the flags had other names.
 */
function npmFlags({ env, npm }: BuildContext, omitsDev = false): string[] {
  const isProduction = omitsDev || env.NPM_CONFIG_PRODUCTION === 'true'
  if (semver.lt(npm ?? '7.0.0', '7.0.0')) return [`--production=${isProduction}`, '--unsafe-perm']
  return [isProduction ? '--omit=dev' : '--include=dev', '--no-audit', '--no-fund']
}
