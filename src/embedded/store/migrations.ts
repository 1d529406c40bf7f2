/**
 * The version of an app's record on the disk, and what brings an older one up to it: a new field
 * comes with a migration, so that the apps that are there go on. `shipit` never reads a record that
 * a newer one has written.
 */
type Json = Record<string, unknown>

/** Each makes a record of the next version, the first of version 1, which had no number. */
const MIGRATIONS: readonly ((record: Json) => Json)[] = [
  // There were no generations, regions, webhooks and drains: all apps were of Cedar, in the US.
  (record) => ({ generation: 'cedar', region: 'us', webhooks: [], drains: [], ...record }),
  // There were no add-ons.
  (record) => ({ addons: [], ...record }),
]

/** Of the records that this version writes. */
export const STATE_VERSION = MIGRATIONS.length + 1

/** A record of a shipit that is newer than this one: it is left as it is. */
export class NewerState extends Error {}

/**
 * A record as this version has it, without its version.
 * @throws NewerState; Error that says what is wrong with `state_version`
 */
export function migrate({ state_version: version = 1, ...record }: Json): Json {
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1)
    throw new Error('its field state_version is of the wrong kind')
  if (version > STATE_VERSION)
    throw new NewerState(
      `it was written by a newer shipit (state version ${version}, this one reads ${STATE_VERSION})`,
    )
  return MIGRATIONS.slice(version - 1).reduce((older, next) => next(older), record)
}
