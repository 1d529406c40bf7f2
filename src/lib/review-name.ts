import { createHash } from 'node:crypto'

/** The longest name of an app. */
const LONGEST = 30
/** Characters of the digest that tells names apart which would be cut to the same. */
const DIGEST = 6
/** What of the review's own name is kept, where both are long. */
const LONGEST_OWN = 16

const plainOf = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')

/**
 * The name of a review app, such as shop-pr-42: the same each time, and one that Heroku takes. What
 * cannot be in it as it was given gets a digest, so that no two reviews share an app.
 * @param name of the review, such as pr-42 or the name of a branch
 */
export function reviewAppName(pipeline: string, name: string): string {
  const [whole, own] = [plainOf(pipeline).replace(/^[^a-z]+/, '') || 'review', plainOf(name)]
  const plain = `${whole}-${own}`
  if (whole === pipeline && own === name && own !== '' && plain.length <= LONGEST) return plain
  const digest = createHash('sha256').update(`${pipeline}\0${name}`).digest('hex').slice(0, DIGEST)
  const kept = own.slice(0, LONGEST_OWN).replace(/-+$/, '')
  const rest = [kept, digest].filter(Boolean).join('-')
  return `${whole.slice(0, LONGEST - rest.length - 1).replace(/-+$/, '')}-${rest}`
}
