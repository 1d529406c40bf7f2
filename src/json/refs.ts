/** What refers to a release, to what has a name, and to a person. */

/** What the platform leaves out is not known: answers are checked for what the commands need. */
type Given<T> = T | null | undefined

export const known = <T>(value: Given<T>): T | null => value ?? null
export const nameOf = (one: Given<{ id: string; name: string }>) =>
  one ? { id: one.id, name: one.name } : null
export const personOf = (one: Given<{ id: string; email: string }>) =>
  one ? { id: one.id, email: one.email } : null
export const refOf = ({ id, version }: { id: string; version: number }) => ({ id, version })
