import {
  conflictingLockfiles,
  isBerryLockfile,
  LOCKFILE_MANAGERS,
  lockfilesIn,
  type ManagerName,
} from '../../project/lockfiles.js'
import { ShipitError } from '../../errors.js'
import { lockfileAdvice } from '../../project/used-manager.js'
import type { FolderView } from '../folder.js'
import type { PackageManager } from '../types.js'
import type { PackageJson } from './package-json.js'

interface ChosenManager {
  packageManager: PackageManager
  lockfile?: string
  warnings: string[]
}

/**
 * The package manager that Heroku will use: by the lockfile, then by package.json's packageManager,
 * else npm.
 * Throws `project` for several lockfiles: Heroku's build fails on them.
 */
export function choosePackageManager(folder: FolderView, pkg: PackageJson): ChosenManager {
  const found = lockfilesIn(folder)
  const several = conflictingLockfiles(found)
  if (several.length > 0) {
    throw new ShipitError('project', {
      message:
        `There are ${several.length === 2 ? 'two' : several.length} lockfiles: ` +
        `${several.join(' and ')}.`,
      why: 'Heroku cannot tell which package manager is yours, and fails the build.',
      next: lockfileAdvice(several, { manifest: pkg, folder }),
    })
  }
  const tools = found.map((file) => LOCKFILE_MANAGERS[file])
  const named = /^(npm|yarn|pnpm)@(\d+)/.exec(pkg.packageManager ?? '')
  const tool = tools[0] ?? (named?.[1] as ManagerName | undefined) ?? 'npm'
  const warnings: string[] = []
  if (tools[0] && named && named[1] !== tools[0]) {
    warnings.push(
      `package.json names ${pkg.packageManager} as its package manager, but the lockfile is ` +
        `${found[0]}: shipit goes by the lockfile.`,
    )
  }
  const bun = ['bun.lockb', 'bun.lock'].find((file) => folder.isFile(file))
  if (bun && !tools[0])
    warnings.push(`${bun} is not read on Heroku, which has no Bun: shipit uses ${tool}.`)
  return {
    packageManager:
      tool === 'yarn'
        ? yarnGeneration(folder, named?.[1] === 'yarn' ? Number(named[2]) : undefined)
        : tool,
    ...(found[0] ? { lockfile: found[0] } : {}),
    warnings,
  }
}

function yarnGeneration(folder: FolderView, major: number | undefined): PackageManager {
  const lock = folder.read('yarn.lock')
  if (lock?.trim()) return isBerryLockfile(lock) ? 'yarn-berry' : 'yarn'
  if (major !== undefined) return major >= 2 ? 'yarn-berry' : 'yarn'
  return folder.isFile('.yarnrc.yml') ? 'yarn-berry' : 'yarn'
}

/**
 * Whether Yarn installs no node_modules, so that only `yarn` itself finds the bins of packages: its
 * default from version 2 on (https://yarnpkg.com/configuration/yarnrc#nodeLinker).
 */
export function isPlugAndPlay(folder: FolderView, manager: PackageManager): boolean {
  return (
    manager === 'yarn-berry' &&
    !/^nodeLinker:\s*["']?(node-modules|pnpm)\b/m.test(folder.read('.yarnrc.yml') ?? '')
  )
}
