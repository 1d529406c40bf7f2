import { conflictingLockfiles, conflictingManagers, LOCKFILE_MANAGERS, lockfilesToRemove } from '../../declared-managers.js'
import { BuildFailure } from './failure.js'

/** What package.json says of package managers. */
interface Declared {
  engines: Record<string, string>
  packageManager: string | undefined
}

type ManagerName = 'npm' | 'yarn' | 'berry' | 'pnpm'

export interface PackageManager {
  name: ManagerName
  /** The file that pins the tree; null where npm is to decide. */
  lockfile: string | null
  /** What to ask the registry for where PATH has no fitting one: pnpm@9. */
  spec: string
  /** Major version that the app asks for; undefined where any does. */
  major: number | undefined
}

/** Before lockfile format 6 and 9 came pnpm 8 and 9; each reads its own best. */
const PNPM_MAJOR: Record<string, number> = { 5: 7, 6: 8, 9: 9 }

/**
 * Which tool installs, by the lockfile at the root (devcenter: nodejs-support), and its version, by the field `packageManager` or the lockfile's own format.
 * `files` are the names at the root; `lockText` the text of the lockfile. Throws {@link BuildFailure}
 * for several lockfiles, and for several tools in package.json (heroku-buildpack-nodejs, lib/package_manager.sh: fail_multiple_lockfiles, fail_conflicting_metadata).
 */
export function choosePackageManager(files: readonly string[], manifest: Declared, lockText: (file: string) => string): PackageManager {
  const { packageManager } = manifest
  const several = conflictingLockfiles(files)
  if (several.length > 0) {
    throw new BuildFailure(`Several lockfiles were found: ${several.join(' and ')}.`, [
      'They can pin different versions of the same package. Keep the one of the tool that you use:',
      `git rm ${lockfilesToRemove(several, manifest).join(' ')} && git commit`,
    ])
  }
  const declared = conflictingManagers(manifest)
  if (declared.length > 0) {
    throw new BuildFailure('Several package managers are declared in package.json.', [
      ...declared.map(({ place }) => place),
      'Declare the one that you use, and take the others out.',
    ])
  }
  const lockfile = Object.keys(LOCKFILE_MANAGERS).find((name) => files.includes(name)) ?? null
  const asked = parseField(packageManager)
  const kind = lockfile === null ? 'npm' : LOCKFILE_MANAGERS[lockfile]
  if (lockfile === null || kind === 'npm') return { name: 'npm', lockfile, spec: 'npm', major: undefined }
  if (kind === 'pnpm') {
    const major = asked?.name === 'pnpm' ? asked.major : pnpmMajor(lockText(lockfile))
    return { name: 'pnpm', lockfile, major: asked?.name === 'pnpm' ? major : undefined, spec: asked?.name === 'pnpm' ? `pnpm@${asked.version}` : `pnpm@${major}` }
  }
  const isBerry = asked?.name === 'yarn' ? asked.major > 1 : /^__metadata:/m.test(lockText(lockfile))
  if (!isBerry) return { name: 'yarn', lockfile, major: 1, spec: `yarn@${asked?.name === 'yarn' ? asked.version : '1'}` }
  const major = asked?.name === 'yarn' ? asked.major : 4
  return { name: 'berry', lockfile, major, spec: `@yarnpkg/cli-dist@${asked?.name === 'yarn' ? asked.version : '4'}` }
}

function pnpmMajor(lock: string): number {
  const [, format] = /^lockfileVersion:\s*'?(\d+)/m.exec(lock) ?? []
  return PNPM_MAJOR[format ?? ''] ?? 9
}

/** `pnpm@9.1.0+sha512.…` */
function parseField(field: string | undefined): { name: string; version: string; major: number } | undefined {
  const [, name, version, major] = /^(npm|yarn|pnpm)@((\d+)[^+\s]*)/.exec(field ?? '') ?? []
  return name === undefined || version === undefined ? undefined : { name, version, major: Number(major) }
}
