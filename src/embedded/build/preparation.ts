import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { parse, YAMLParseError } from 'yaml'
import { BuildFailure } from './failure.js'
import type { BuildContext } from './context.js'
import type { Manifest } from './manifest.js'
import type { PackageManager } from './package-manager.js'
import { treeText } from './tree-file.js'

/**
 * Failures that the buildpack looks for before anything else (lib/runtimes/nodejs.sh:
 * fail_dot_heroku, fail_iojs_unsupported).
 */
export function refuseCollision(dir: string): void {
  for (const name of ['.heroku', path.join('.heroku', 'node')]) {
    if (!statSync(path.join(dir, name), { throwIfNoEntry: false })?.isFile()) continue
    throw new BuildFailure(`Error: The directory ${name} could not be created.`, [
      'A .heroku file is checked into this project: remove it, or name it in .slugignore.',
    ])
  }
}

export function refuseIojs({ engines }: Manifest): void {
  if (engines.iojs)
    throw new BuildFailure('Error: io.js is no longer supported.', [
      'Take "iojs" out of "engines" in package.json: it is Node.js now.',
    ])
}

/** What .yarnrc.yml says that decides how Yarn 2 and later is run; undefined without the file. */
export interface BerrySettings {
  yarnPath: string | undefined
  nodeLinker: string | undefined
}

export async function readBerrySettings(dir: string): Promise<BerrySettings | undefined> {
  if (!existsSync(path.join(dir, '.yarnrc.yml'))) return undefined
  const text = (name: string, of: object): string | undefined => {
    const value = (of as Record<string, unknown>)[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  try {
    const settings: unknown = parse(treeText(dir, '.yarnrc.yml'))
    const of = typeof settings === 'object' && settings !== null ? settings : {}
    return { yarnPath: text('yarnPath', of), nodeLinker: text('nodeLinker', of) }
  } catch (error) {
    // Yarn has words of its own for it.
    if (error instanceof YAMLParseError) return { yarnPath: undefined, nodeLinker: undefined }
    throw error
  }
}

/**
 * The Yarn release in the repository that .yarnrc.yml names, if it is there
 * (lib/package_managers/yarn.sh: berry_has_release_script).
 */
export function releaseOf(dir: string, settings: BerrySettings | undefined): string | undefined {
  const { yarnPath } = settings ?? {}
  return yarnPath !== undefined && existsSync(path.join(dir, yarnPath)) ? yarnPath : undefined
}

const HOW =
  'Run: yarn set version berry; then commit .yarnrc.yml and .yarn/releases. ' +
  'https://yarnpkg.com/getting-started/install'

/**
 * How Yarn 2 and later must be set up (bin/compile, "Configure Yarn 2+"). Warns of what is not
 * read.
 */
export function checkBerry(
  context: BuildContext,
  manifest: Manifest,
  manager: PackageManager,
  settings: BerrySettings | undefined,
): void {
  if (manager.name !== 'berry') return
  const {
    env,
    output,
    places: { dir },
  } = context
  if (env.YARN_PRODUCTION) {
    throw new BuildFailure('Unsupported Yarn configuration: YARN_PRODUCTION', [
      'Yarn 2 and later does not start with it. What controls the pruning is YARN2_SKIP_PRUNING:',
      'shipit config unset YARN_PRODUCTION',
      `shipit config set YARN2_SKIP_PRUNING=${env.YARN_PRODUCTION === 'true' ? 'false' : 'true'}`,
    ])
  }
  for (const name of ['.npmrc', '.yarnrc']) {
    if (existsSync(path.join(dir, name)))
      output.warning(
        `There is an existing ${name} file that will not be used: Yarn reads .yarnrc.yml ` +
          'alone. https://devcenter.heroku.com/articles/migrating-to-yarn-2',
      )
  }
  const { yarnPath } = settings ?? {}
  const major = yarnMajor(manifest)
  if (major === '' || major === '1') {
    if (settings === undefined) throw new BuildFailure("The 'yarnrc.yml' file is not found", [HOW])
    if (yarnPath === undefined)
      throw new BuildFailure("The 'yarnPath' could not be read from the 'yarnrc.yml' file", [HOW])
  }
  if (yarnPath !== undefined && !existsSync(path.join(dir, yarnPath)))
    throw new BuildFailure('Yarn was not found', [
      `.yarnrc.yml names ${yarnPath}, which is not in the repository.`,
      HOW,
    ])
}

/** lib/package_managers/yarn.sh: get_major_version. */
function yarnMajor({ engines, packageManager }: Manifest): string {
  if (packageManager?.startsWith('yarn@'))
    return packageManager.slice('yarn@'.length).split('.')[0] ?? ''
  return engines.yarn ? (/\d+/.exec(engines.yarn)?.[0] ?? engines.yarn) : ''
}
