/** The account, ids and names that this platform makes up. */
import { createHash, randomInt } from 'node:crypto'

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

const LETTERS = 'bcdfghjklmnpqrstvwxz2456789'

/**
 * `web-1a2b3c4d5-6e7f8`: the process type, a part that the dynos of a release share, and one of the
 * dyno alone (devcenter.heroku.com/articles/generations; the form is that of heroku/cli,
 * lib/apps/generation).
 */
export function firName(type: string, release: string): string {
  const shared = createHash('sha256').update(`${type} ${release}`).digest('hex').slice(0, 9)
  const own = Array.from({ length: 5 }, () => LETTERS[randomInt(LETTERS.length)]).join('')
  return `${type}-${shared}-${own}`
}
