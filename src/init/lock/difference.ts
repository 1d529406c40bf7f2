import type { LockContents } from './contents.js'

/** How a lockfile has changed, the runtime's own entries and all that is new aside. */
export interface LockDifference {
  /** Absent if the format is as it was. */
  format?: { before: string; after: string }
  /** `express 4.18.2 → 4.19.0`, and `debug (removed)`. */
  changed: string[]
}

/**
 * What of a lockfile is not as it was. Entries may gain an address or a digest that they lacked:
 * that takes nothing away. Pure.
 */
export function lockDifference(before: LockContents, after: LockContents): LockDifference {
  const changed = [...before.entries].flatMap(([place, was]) => {
    const now = after.entries.get(place)
    const name = place.replace(/^.*node_modules\//, '')
    if (now === undefined) return [`${name} (removed)`]
    if (was.version !== now.version)
      return [`${name} ${was.version ?? '?'} → ${now.version ?? '?'}`]
    const isOther = (['resolved', 'integrity'] as const).some(
      (key) => was[key] !== undefined && now[key] !== undefined && was[key] !== now[key],
    )
    return isOther ? [`${name} (from elsewhere)`] : []
  })
  return {
    ...(before.format === after.format
      ? {}
      : { format: { before: before.format, after: after.format } }),
    changed: [...new Set(changed)],
  }
}

export const isSame = ({ format, changed }: LockDifference) =>
  format === undefined && changed.length === 0
