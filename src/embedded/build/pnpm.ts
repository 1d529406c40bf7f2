import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import semver from 'semver'
import { parse, YAMLParseError } from 'yaml'
import { capture, step, type BuildContext } from './context.js'
import { readManifest } from './manifest.js'
import { treeText } from './tree-file.js'
import { versionOf } from './tools.js'
import { removeFolder } from '../daemon/folders.js'

const REPORTERS = ['default', 'ndjson', 'append-only', 'silent']

/**
 * Where pnpm keeps its store, by the variable that its version reads; and from pnpm 11 on, a dyno's
 * `pnpm start` only warns of a node_modules that was installed under another path (bin/compile,
 * after install_bins).
 */
export async function configurePnpm(context: BuildContext): Promise<void> {
  const { env, places } = context
  const version = (await versionOf(context, 'pnpm')) ?? '0.0.0'
  const store = env.PNPM_CONFIG_CACHE || path.join(places.caches, 'pnpm')
  const isNew = semver.gte(version, '11.0.0')
  env[isNew ? 'pnpm_config_store_dir' : 'npm_config_store_dir'] = store
  if (!isNew) return
  const profile = path.join(places.dir, '.profile.d')
  await mkdir(profile, { recursive: true })
  await writeFile(
    path.join(profile, 'pnpm.sh'),
    'export pnpm_config_verify_deps_before_run="${pnpm_config_verify_deps_before_run:-warn}"\n',
  )
}

/** lib/package_managers/pnpm.sh: install_dependencies. */
export async function installPnpm(context: BuildContext): Promise<void> {
  const { env, output } = context
  output.line("Running 'pnpm install' with pnpm-lock.yaml")
  const reporter = env.PNPM_INSTALL_REPORTER
  const isKnown = reporter !== undefined && REPORTERS.includes(reporter)
  if (reporter && !isKnown)
    output.line(
      `Invalid PNPM_INSTALL_REPORTER value '${reporter}': it is one of ${REPORTERS.join(', ')}`,
    )
  await step(context, 'pnpm', 'pnpm', [
    'install',
    '--prod=false',
    '--frozen-lockfile',
    ...(isKnown ? [`--reporter=${reporter}`] : []),
  ])
}

/**
 * Lifecycle scripts that a reinstallation would run again (lib/package_managers/pnpm.sh:
 * prune_devdependencies).
 */
export async function prunePnpm(context: BuildContext): Promise<void> {
  const {
    places: { dir },
  } = context
  if (await isWorkspace(dir)) {
    const projects = await workspaceProjects(context)
    for (const project of projects) {
      if (!(await hasLifecycleScript(project))) continue
      return warnOfScripts(
        context,
        `package.json at ${path.relative(dir, project) || '.'} has one that pnpm runs again ` +
          'as it installs without devDependencies.',
      )
    }
    for (const project of projects) await removeFolder(path.join(project, 'node_modules'))
    return await step(context, 'pnpm', 'pnpm', ['install', '--prod', '--frozen-lockfile'])
  }
  const version = (await versionOf(context, 'pnpm')) ?? '0.0.0'
  const runsScripts = semver.lt(version, '8.15.6')
  if (runsScripts && (await hasLifecycleScript(dir)))
    return warnOfScripts(
      context,
      `pnpm ${version} runs them again as it prunes; from 8.15.6 on it does not.`,
    )
  await step(context, 'pnpm', 'pnpm', [
    'prune',
    '--prod',
    ...(runsScripts ? [] : ['--ignore-scripts']),
  ])
}

function warnOfScripts({ output }: BuildContext, why: string): void {
  output.warning('Pruning skipped due to presence of lifecycle scripts')
  output.warning(why)
}

async function hasLifecycleScript(dir: string): Promise<boolean> {
  if (!existsSync(path.join(dir, 'package.json'))) return false
  const { scripts } = await readManifest(dir)
  return ['pnpm:devPreinstall', 'preinstall', 'install', 'postinstall', 'prepare'].some(
    (name) => scripts[name] !== undefined,
  )
}

/**
 * From pnpm 10.5 on the file holds other settings too (lib/package_managers/pnpm.sh:
 * _workspace_configured).
 */
async function isWorkspace(dir: string): Promise<boolean> {
  if (!existsSync(path.join(dir, 'pnpm-workspace.yaml'))) return false
  try {
    const settings = parse(treeText(dir, 'pnpm-workspace.yaml')) as { packages?: unknown } | null
    return settings?.packages !== undefined && settings.packages !== null
  } catch (error) {
    if (error instanceof YAMLParseError) return false
    throw error
  }
}

async function workspaceProjects(context: BuildContext): Promise<string[]> {
  const { status, lines } = await capture(context, 'pnpm', [
    'list',
    '--recursive',
    '--json',
    '--depth',
    '-1',
  ])
  const start = lines.indexOf('[')
  if (status !== 0 || start < 0) return []
  const projects = JSON.parse(lines.slice(start, lines.lastIndexOf(']') + 1).join('\n')) as {
    path?: unknown
  }[]
  return projects.flatMap(({ path: dir }) => (typeof dir === 'string' ? [dir] : []))
}
