/** The oldest line that the runtime supports. */
const OLDEST = 20

/**
 * engines.node for an app that names none: what .nvmrc names, else the running Node's line where that is a long-term one,
 * else the one before it. Heroku recommends a range such as 20.x (devcenter, nodejs-support).
 */
export function nodeRange(running: string, pinned?: number): string {
  const major = pinned !== undefined && pinned >= OLDEST ? pinned : Number(running.split('.')[0])
  return `${Math.max(OLDEST, pinned === major ? major : major - (major % 2))}.x`
}
