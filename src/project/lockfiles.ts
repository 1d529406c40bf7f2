/** The lockfiles that Heroku's build knows (heroku-buildpack-nodejs, lib/package_manager.sh). */

export type ManagerName = 'npm' | 'yarn' | 'pnpm'

/** Every lockfile and its package manager, in the order in which they are looked for. */
export const LOCKFILE_MANAGERS: Readonly<Record<string, ManagerName>> = {
  'npm-shrinkwrap.json': 'npm',
  'package-lock.json': 'npm',
  'yarn.lock': 'yarn',
  'pnpm-lock.yaml': 'pnpm',
}

export const LOCKFILES: readonly string[] = Object.keys(LOCKFILE_MANAGERS)

interface Folder {
  isFile(name: string): boolean
}

/** The lockfiles at the root of a folder, of one package manager or of any. */
export const lockfilesIn = (folder: Folder, manager?: ManagerName): string[] =>
  LOCKFILES.filter(
    (name) => (manager === undefined || LOCKFILE_MANAGERS[name] === manager) && folder.isFile(name),
  )

/** The lockfile that a package manager writes of its own accord. */
export const lockfileOf = (manager: ManagerName): string =>
  LOCKFILES.filter((name) => LOCKFILE_MANAGERS[name] === manager).at(-1)!

/** Yarn from version 2 on is another program than Yarn 1, and its lockfile has `__metadata`. */
export const isBerryLockfile = (text: string): boolean => /^__metadata:/m.test(text)

/**
 * Lockfiles at the root of which only one may be there; empty if that is so. npm-shrinkwrap.json
 * goes with no other.
 */
export function conflictingLockfiles(files: readonly string[]): string[] {
  const found = LOCKFILES.filter((name) => files.includes(name))
  return found.length > 1 ? found : []
}
