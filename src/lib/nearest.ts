import { closest, distance } from 'fastest-levenshtein'

/** Edits that a slip makes of a word: none of two letters, one of three, two of five, three of nine. */
const editsOf = (typed: string) => Math.floor(Math.log2(Math.max(1, typed.length - 1)))

/** The name that was probably meant; undefined if none is near. */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined
  const word = typed.toLowerCase()
  const lower = names.map((name) => name.toLowerCase())
  const exact = lower.findIndex((name) => name === word || isSwapped(word, name))
  if (exact !== -1) return names[exact]
  const longer = lower.filter((name) => name.startsWith(word))
  if (word.length > 2 && longer.length === 1) return names[lower.indexOf(longer[0]!)]
  const guess = closest(word, lower)
  return distance(word, guess) <= editsOf(word) ? names[lower.indexOf(guess)] : undefined
}

/** Whether two neighbours have changed places, the commonest slip. */
function isSwapped(word: string, name: string): boolean {
  if (word.length !== name.length) return false
  const at = [...word].findIndex((character, index) => character !== name[index])
  return (
    at !== -1 &&
    word[at] === name[at + 1] &&
    word[at + 1] === name[at] &&
    word.slice(at + 2) === name.slice(at + 2)
  )
}

/**
 * `There is no process type wbe.` with what was probably meant and the list, as message and next
 * step.
 */
export function unknownName(
  kind: string,
  typed: string,
  names: readonly string[],
): { message: string; why?: string; next: string } {
  const guess = nearest(typed, names)
  return {
    message: `There is no ${kind} called ${typed}.`,
    ...(guess === undefined ? {} : { why: `Did you mean ${guess}?` }),
    next:
      names.length > 0
        ? `Known: ${names.join(', ')}`
        : `The app has no ${kind} yet: deploy it first.`,
  }
}
