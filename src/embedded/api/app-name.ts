import { randomInt } from 'node:crypto'
import { InvalidParams } from './api-error.js'

/**
 * The rule and the words of Heroku, but for the length: Heroku wants 3 to 30 characters, here 2 do,
 * as rehearsals have short names.
 */
export function checkAppName(name: unknown): string {
  if (typeof name !== 'string' || name === '') throw new InvalidParams("Name can't be blank")
  if (name.length < 2) throw new InvalidParams('Name is too short (minimum is 2 characters)')
  if (!/^[a-z][a-z0-9-]*[a-z0-9]$/.test(name)) {
    throw new InvalidParams(
      'Name must start with a letter, end with a letter or digit and can only contain ' +
        'lowercase letters, digits, and dashes.',
    )
  }
  if (name.length > 30) throw new InvalidParams('Name is too long (maximum is 30 characters)')
  return name
}

const ADJECTIVES = [
  'amber',
  'brisk',
  'calm',
  'dusty',
  'eager',
  'fresh',
  'gentle',
  'hidden',
  'keen',
  'lucky',
  'mellow',
  'nimble',
  'polar',
  'quiet',
  'rapid',
  'silver',
  'tidy',
  'vivid',
  'warm',
  'young',
]
const NOUNS = [
  'anchor',
  'bay',
  'breeze',
  'canyon',
  'coast',
  'delta',
  'fjord',
  'grove',
  'harbor',
  'island',
  'lagoon',
  'meadow',
  'ocean',
  'pier',
  'reef',
  'river',
  'sail',
  'spring',
  'tide',
  'valley',
]

/** A name for an app that was made without one: brisk-harbor-48213. */
export function generateAppName(): string {
  return `${ADJECTIVES[randomInt(ADJECTIVES.length)]}-${NOUNS[randomInt(NOUNS.length)]}-${randomInt(10_000, 100_000)}`
}
