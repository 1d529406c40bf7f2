/** The oldest line that the runtime supports. */
const OLDEST = 20

/**
 * engines.node for an app that names none: what .nvmrc names, else the running Node's line where
 * that is a long-term one, else the one before it; never older than `needed`, such as 22.18.0.
 * Heroku recommends a range such as 20.x (devcenter, nodejs-support).
 */
export function nodeRange(running: string, pinned?: number, needed?: string): string {
  const major = pinned !== undefined && pinned >= OLDEST ? pinned : Number(running.split('.')[0])
  const oldest = Math.max(OLDEST, Number(needed?.split('.')[0] ?? 0))
  return `${Math.max(oldest, pinned === major ? major : major - (major % 2))}.x`
}
