import { ShipitError } from '../../errors.js'
import { KEY_NAMES, type KeyName, type Keys } from './names.js'

/**
 * PM2 Plus issues 15 lower-case letters and digits; other lengths are let pass, in case that
 * changes.
 */
const KEY_SHAPE = /^[A-Za-z0-9]{8,128}$/
const MACHINE_SHAPE = /^\w[\w.:-]{0,63}$/

function problemOf(name: KeyName, value: string): string | undefined {
  if (value === '') return 'is empty'
  if (/\s/.test(value)) return 'has a space or a line break in it'
  if (name === 'PM2_MACHINE_NAME')
    return MACHINE_SHAPE.test(value)
      ? undefined
      : 'may hold letters, digits, `_`, `.`, `:` and `-`, 64 at most'
  if (/^\w+=/.test(value)) return 'has a name and `=` in front of the key'
  return KEY_SHAPE.test(value)
    ? undefined
    : 'is not what PM2 issues: letters and digits, at least 8'
}

/**
 * Checks the shape of keys before anything is sent. `current` are the app's config vars: a key that
 * is the app's other key was swapped.
 * Throws ShipitError `usage` that names the key and never its value.
 */
export function checkKeys(keys: Keys, current: Record<string, string> = {}): void {
  for (const name of KEY_NAMES) {
    const value = keys[name]
    if (value === undefined) continue
    const problem = problemOf(name, value)
    if (problem)
      throw new ShipitError('usage', {
        message: `${name} ${problem}. Nothing was changed.`,
        next: 'Copy it again from the bucket’s settings at https://app.pm2.io.',
      })
  }
  const { PM2_PUBLIC_KEY: publicKey, PM2_SECRET_KEY: secretKey } = keys
  const isSame = publicKey !== undefined && publicKey === secretKey
  const isSwapped =
    (publicKey !== undefined && publicKey === current.PM2_SECRET_KEY) ||
    (secretKey !== undefined && secretKey === current.PM2_PUBLIC_KEY)
  if (isSame || isSwapped) {
    throw new ShipitError('usage', {
      message: isSame
        ? 'PM2_PUBLIC_KEY and PM2_SECRET_KEY are the same. Nothing was changed.'
        : 'PM2_PUBLIC_KEY and PM2_SECRET_KEY are swapped. Nothing was changed.',
      why: isSame ? undefined : 'What was given for the one is what the app has for the other.',
      next: 'Copy both again from the bucket’s settings at https://app.pm2.io.',
    })
  }
}
