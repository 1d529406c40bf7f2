import { isSecret, type KeyName } from './names.js'

/** Below this, four characters would give away too much of the value. */
const SHORTEST_SHOWN = 12

/**
 * `****wxyz`: the last four characters of a long secret, none of a short one, and never its length.
 */
export function maskSecret(value: string): string {
  return value.length < SHORTEST_SHOWN ? '********' : `****${value.slice(-4)}`
}

/** A key's value as it may be shown. */
export const shown = (name: KeyName, value: string) => (isSecret(name) ? maskSecret(value) : value)
