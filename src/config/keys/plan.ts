import type { KeyName, Keys } from './names.js'

/** What one PATCH must hold: keys whose value differs from the app's. */
export function planSet(current: Record<string, string>, wanted: Keys): Keys {
  return Object.fromEntries(
    Object.entries(wanted).filter(([name, value]) => current[name] !== value),
  )
}

/** What one PATCH must hold to remove keys: null for each that the app has. */
export function planUnset(
  current: Record<string, string>,
  names: readonly KeyName[],
): Partial<Record<KeyName, null>> {
  return Object.fromEntries(
    names.filter((name) => current[name] !== undefined).map((name) => [name, null]),
  )
}
