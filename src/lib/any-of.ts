/**
 * A long pattern, written as its alternatives: it matches what the first of them that matches does.
 * All have the same flags. A group that is referred to has a name, since its number depends on the
 * parts before.
 */
export const anyOf = (parts: readonly [RegExp, ...RegExp[]]): RegExp =>
  new RegExp(parts.map(({ source }) => source).join('|'), parts[0].flags)
