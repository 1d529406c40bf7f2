/**
 * What a build is known by that is of files which differ from their commit. Heroku shows the first
 * 8 characters of it in a release's description, so
 * `-dirty` stands among these, and the whole id after it.
 */
export const dirtyVersion = (id: string): string => `${id.slice(0, 2)}-dirty-${id}`

const DIRTY = /^[0-9a-f]{2}-dirty-([0-9a-f]+)$|^([0-9a-f]+)-dirty$/

/** A commit, or files that differ from it, in a few characters: 1a2b3c4, 1a2b3c4-dirty. */
export function shortCommit(version: string, length = 7): string {
  const [, id, before] = DIRTY.exec(version) ?? []
  const dirty = id ?? before
  return dirty === undefined ? version.slice(0, length) : `${dirty.slice(0, length)}-dirty`
}

export const isDirty = (version: string): boolean => DIRTY.test(version)
