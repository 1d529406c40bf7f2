import { closest, distance } from 'fastest-levenshtein'

/** The name that was probably meant; undefined if none is near. */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined
  const guess = closest(
    typed.toLowerCase(),
    names.map((name) => name.toLowerCase()),
  )
  const found = names.find((name) => name.toLowerCase() === guess)!
  return distance(typed.toLowerCase(), guess) <= Math.max(2, Math.floor(typed.length / 3))
    ? found
    : undefined
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
