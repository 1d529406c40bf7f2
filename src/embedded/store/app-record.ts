import { migrate } from './migrations.js'
import type { AppRecord } from './records.js'

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const orAbsent = (fits: (value: unknown) => boolean) => (value: unknown) =>
  value === undefined || fits(value)
const isString = (value: unknown) => typeof value === 'string'

const SHAPE: Record<keyof AppRecord, (value: unknown) => boolean> = {
  id: (value) => typeof value === 'string',
  name: (value) => typeof value === 'string',
  generation: (value) => value === 'cedar' || value === 'fir',
  region: isString,
  team: orAbsent(isString),
  space: orAbsent(isObject),
  buildpacks: orAbsent(Array.isArray),
  coupling: orAbsent(isObject),
  webhooks: Array.isArray,
  drains: Array.isArray,
  addons: Array.isArray,
  maintenance: (value) => typeof value === 'boolean',
  features: isObject,
  config_vars: isObject,
  formation: isObject,
  releases: Array.isArray,
  current_release_id: (value) => value === null || typeof value === 'string',
  builds: Array.isArray,
  slugs: Array.isArray,
  domains: Array.isArray,
  created_at: (value) => typeof value === 'string',
  updated_at: (value) => typeof value === 'string',
  released_at: (value) => value === null || typeof value === 'string',
}

/**
 * What was parsed from a file, of this version or an older one; throws an Error that names the field
 * which is missing or of another kind, NewerState for a version that is not known yet.
 */
export function asAppRecord(value: unknown): AppRecord {
  if (!isObject(value)) throw new Error('it is not a JSON object')
  const record = migrate(value)
  for (const [field, fits] of Object.entries(SHAPE)) {
    if (!fits(record[field])) throw new Error(`its field ${field} is missing or of the wrong kind`)
  }
  return record as unknown as AppRecord
}
