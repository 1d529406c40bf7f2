/**
 * Which package managers an app's files speak of. Heroku's build accepts one
 * (heroku-buildpack-nodejs, lib/package_manager.sh).
 */

import type { ManagerName } from './lockfiles.js'

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
