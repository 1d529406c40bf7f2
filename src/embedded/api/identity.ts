import { createHash } from 'node:crypto'

/** The one account of this platform: who made a release, a build, an app. */
export const ACCOUNT_EMAIL = 'you@shipit.localhost'

/**
 * The same UUID for the same name on every machine: for what the API shows with an id and this
 * platform never stores (regions, sizes, features).
 */
export function stableId(name: string): string {
  const hex = createHash('sha256').update(`shipit:${name}`).digest('hex')
  // Version 8 and the RFC 9562 variant: an id made by a rule of one's own.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

export const ACCOUNT_ID = stableId('account')
