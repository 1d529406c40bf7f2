/** What npm's lockfile says of one package (docs.npmjs.com: package-lock.json, "packages"). */
interface LockedPackage {
  resolved?: unknown
  integrity?: unknown
  dev?: unknown
  optional?: unknown
  hasInstallScript?: unknown
}

/**
 * The packages of npm's lockfile; none if it cannot be read, for which npm has its own words.
 */
export function lockedPackages(lock: string): LockedPackage[] {
  try {
    return Object.values(
      (JSON.parse(lock) as { packages?: Record<string, LockedPackage> } | null)?.packages ?? {},
    )
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
}
