/** Characters: a shorter value is part of other words too. */
const SHORTEST_PART = 6
const WORD = /^[\w-]$/

/**
 * A text without these values: `…` stands for each. A short one is hidden only where it stands
 * alone, for `b` is no secret in "embedded".
 */
export function hideValues(text: string, values: readonly string[]): string {
  // The longest first: one may begin with another.
  const longestFirst = values.filter(Boolean).toSorted((one, other) => other.length - one.length)
  return longestFirst.reduce(
    (rest, value) =>
      value.length >= SHORTEST_PART ? rest.replaceAll(value, '…') : hideWord(rest, value),
    text,
  )
}

function hideWord(text: string, word: string): string {
  const parts = text.split(word)
  return parts.reduce((before, part) => {
    const isAlone = !WORD.test(before.at(-1) ?? ' ') && !WORD.test(part[0] ?? ' ')
    return before + (isAlone ? '…' : word) + part
  })
}
