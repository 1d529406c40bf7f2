import { conflictingManagers } from '../../project/declared-managers.js'
import {
  conflictingLockfiles,
  LOCKFILE_MANAGERS,
  LOCKFILES,
  type ManagerName,
} from '../../project/lockfiles.js'
import { lockfileAdvice, type Looked } from '../../project/used-manager.js'
import { BuildFailure } from './failure.js'

/** What package.json says of package managers. */
interface Declared {
  engines: Record<string, string>
  packageManager: string | undefined
}

export interface PackageManager {
  /** Yarn 2 and later is berry. */
  name: ManagerName | 'berry'
  /** The file that pins the tree; null if npm is to decide. */
  lockfile: string | null
}

/** A package manager to have on PATH, as a version, a range or a tag of the registry. */
export interface ToolWish {
  tool: ManagerName
  range: string
}

const DISPLAYED: Record<ManagerName, string> = { npm: 'npm', yarn: 'Yarn', pnpm: 'pnpm' }

/**
 * Throws {@link BuildFailure} for several lockfiles, and for several tools in package.json
 * (lib/package_manager.sh: fail_multiple_lockfiles, fail_conflicting_metadata).
 */
export function refuseConflicts(files: readonly string[], { manifest, folder }: Looked): void {
  const several = conflictingLockfiles(files)
  if (several.length > 0)
    throw lockfileFailure(several, lockfileAdvice(several, { manifest, folder }))
  const declared = conflictingManagers(manifest)
  if (declared.length > 0) {
    throw new BuildFailure('Multiple package managers declared in package.json', [
      ...declared.map(({ manager, place }) => `- ${manager} version declared in ${place}`),
      'Declare the one that you use, and take the others out.',
    ])
  }
}

function lockfileFailure(several: readonly string[], advice: string): BuildFailure {
  const modern = several.filter((file) => file !== 'npm-shrinkwrap.json')
  if (modern.length === 1) {
    return new BuildFailure('Error: Multiple lockfiles conflicting with npm-shrinkwrap.json.', [
      `${several.join(' and ')} can pin different versions of the same package.`,
      ...advice.split('\n'),
    ])
  }
  const names = modern
    .map((file) => LOCKFILE_MANAGERS[file])
    .filter((name) => name !== undefined)
    .sort((a, b) => (a < b ? -1 : 1))
  const keep = (name: ManagerName) => [
    `If you use ${DISPLAYED[name]}:`,
    `git rm ${several.filter((file) => LOCKFILE_MANAGERS[file] !== name).join(' ')}`,
  ]
  return new BuildFailure('Error: Multiple lockfiles found.', [
    `Multiple package managers (${names.map((name) => DISPLAYED[name]).join(',')}) have ` +
      'created lockfiles for this application.',
    'They can pin different versions of the same package.',
    // Heroku's own words are those of a choice; what the project shows goes before them.
    ...(advice.startsWith('Keep the one')
      ? ['Keep the one of the tool that you use:']
      : advice.split('\n')),
    ...names.flatMap(keep),
  ])
}

/**
 * Which tool installs, by the lockfile at the root (bin/compile; lib/package_managers/yarn.sh:
 * detect_berry). @param lockText the text of a lockfile
 */
export function choosePackageManager(
  files: readonly string[],
  lockText: (file: string) => string,
): PackageManager {
  const lockfile = LOCKFILES.find((name) => files.includes(name)) ?? null
  const kind = lockfile === null ? 'npm' : (LOCKFILE_MANAGERS[lockfile] ?? 'npm')
  const isBerry =
    kind === 'yarn' && lockfile !== null && /^__metadata:\s*\n\s+version:/m.test(lockText(lockfile))
  return { name: isBerry ? 'berry' : kind, lockfile }
}

/**
 * The tools that Heroku installs beside Node.js (bin/compile: install_bins). packageManager wins
 * over engines; a Yarn release in the repository wins over packageManager; yarn comes with
 * engines.yarn also if npm installs.
 * @param hasRelease .yarnrc.yml names a yarnPath that is there
 */
export function toolsToInstall(
  manager: PackageManager,
  { engines, packageManager = '' }: Declared,
  hasRelease: boolean,
): ToolWish[] {
  const version = packageManager.split('@')[1]?.split(/[+#]/)[0] ?? ''
  const wishes: ToolWish[] = []
  if (engines.npm) wishes.push({ tool: 'npm', range: engines.npm })
  if (packageManager.startsWith('yarn') && !hasRelease)
    wishes.push({ tool: 'yarn', range: version })
  else if (manager.name === 'yarn' || manager.name === 'berry' || engines.yarn)
    wishes.push({ tool: 'yarn', range: engines.yarn || '1.22.x' })
  if (manager.name === 'pnpm')
    wishes.push({
      tool: 'pnpm',
      range: packageManager.startsWith('pnpm') ? version : engines.pnpm || 'latest',
    })
  return wishes
}

/** The program of a package manager. */
export const commandOf = (manager: PackageManager): ManagerName =>
  manager.name === 'berry' ? 'yarn' : manager.name

/**
 * What Heroku says of versions that are declared twice, and of none (bin/compile: install_bins).
 */
export function versionWarnings(
  manager: PackageManager,
  { engines, packageManager = '' }: Declared,
  release: string | undefined,
): string[] {
  const twice = (tool: 'pnpm' | 'yarn', name: string): string[] =>
    engines[tool] && packageManager.startsWith(tool)
      ? [
          `Multiple ${name} versions declared`,
          `- "packageManager": "${packageManager}"`,
          `- "engines.${tool}": "${engines[tool]}"`,
          `"packageManager" takes precedence: "${packageManager}" is installed. Remove one of ` +
            'the two.',
        ]
      : []
  return [
    ...twice('pnpm', 'pnpm'),
    ...twice('yarn', 'Yarn'),
    ...(release !== undefined && packageManager.startsWith('yarn')
      ? [
          'Yarn release script may conflict with "packageManager"',
          `- "packageManager": "${packageManager}"`,
          `- yarnPath: "${release}"`,
          'The release script is what runs. Remove one of the two.',
        ]
      : []),
    ...(manager.name === 'pnpm' && !packageManager.startsWith('pnpm') && !engines.pnpm
      ? [
          'Default pnpm version used',
          'package.json names no version of pnpm ("packageManager" or "engines.pnpm"): ' +
            'pnpm@latest is used, which changes under you.',
        ]
      : []),
  ]
}
