import { createHash, randomInt } from 'node:crypto'

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
