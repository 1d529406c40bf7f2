/**
 * How dynos are called. On Cedar `web.1`: a process type and a number, which a successor has too.
 * On Fir `web-1a2b3c4d5-6e7f8`: a process type and two parts that are new with each release and
 * each dyno (devcenter.heroku.com/articles/generations; heroku/cli, lib/apps/generation).
 */
const FIR = /^(.+)-[0-9a-z]{4,12}-[0-9a-z]{5}$/

/**
 * Whether a name is of Fir's form. A process type may look the same: ask only of what is a dyno.
 */
export const isFirName = (name: string): boolean => !name.includes('.') && FIR.test(name)

/**
 * The same of a word that may be a process type as well (daily-report-queue): the parts that Fir
 * makes up have a digit, nearly always.
 */
export const looksLikeFirName = (word: string): boolean =>
  isFirName(word) && /\d[^-]*(-[^-]+)?$/.test(word.slice(typeOfDyno(word).length))

/** The process type of a dyno by its name, of one-off dynos and services too. */
export const typeOfDyno = (name: string): string =>
  name.includes('.') ? name.slice(0, name.indexOf('.')) : (FIR.exec(name)?.[1] ?? name)

/** Its number among those of its type; undefined on Fir, if none has one. */
export function numberOfDyno(name: string): number | undefined {
  const number = /\.(\d+)$/.exec(name)?.[1]
  return number === undefined ? undefined : Number(number)
}

/**
 * For names in ASCII, as an order of a sort. The first localeCompare of a process loads a
 * language's rules, for 5 ms.
 */
export const plainOrder = (one: string, other: string): number =>
  one < other ? -1 : one > other ? 1 : 0

/** By name and then by number, as an order of a sort: web.2 before web.10. */
export function naturalOrder(one: string, other: string): number {
  const numberOf = (text: string) => Number(/\d+$/.exec(text)?.[0] ?? 0)
  const nameOf = (text: string) => text.replace(/\d+$/, '')
  return plainOrder(nameOf(one), nameOf(other)) || numberOf(one) - numberOf(other)
}
