/**
 * Which package managers an app's files speak of. Heroku's build accepts one
 * (heroku-buildpack-nodejs, lib/package_manager.sh).
 */

export type ManagerName = 'npm' | 'yarn' | 'pnpm'

/** Every lockfile and its package manager, in the order in which they are looked for. */
export const LOCKFILE_MANAGERS: Readonly<Record<string, ManagerName>> = {
  'npm-shrinkwrap.json': 'npm',
  'package-lock.json': 'npm',
  'yarn.lock': 'yarn',
  'pnpm-lock.yaml': 'pnpm',
}

interface Declaration {
  manager: ManagerName
  /** Where and what: `engines.yarn (1.x)`. */
  place: string
}

/**
 * The declarations of package.json: engines.npm, engines.yarn, engines.pnpm, and `packageManager`
 * for yarn and pnpm.
 */
export function declaredManagers({
  engines,
  packageManager,
}: {
  engines: Record<string, string>
  packageManager?: string | undefined
}): Declaration[] {
  const byEngines = (['npm', 'yarn', 'pnpm'] as const)
    .filter((manager) => engines[manager])
    .map((manager) => ({ manager, place: `engines.${manager} (${engines[manager]})` }))
  const field = (['yarn', 'pnpm'] as const).find((manager) => packageManager?.startsWith(manager))
  return field
    ? [...byEngines, { manager: field, place: `packageManager (${packageManager})` }]
    : byEngines
}

/** Declarations of more than one package manager, on which the build fails; empty if they agree. */
export function conflictingManagers(
  manifest: Parameters<typeof declaredManagers>[0],
): Declaration[] {
  const all = declaredManagers(manifest)
  return new Set(all.map(({ manager }) => manager)).size > 1 ? all : []
}

/**
 * Lockfiles at the root of which only one may be there; empty if that is so. npm-shrinkwrap.json
 * goes with no other.
 */
export function conflictingLockfiles(files: readonly string[]): string[] {
  const found = Object.keys(LOCKFILE_MANAGERS).filter((name) => files.includes(name))
  return found.length > 1 ? found : []
}
