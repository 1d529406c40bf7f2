/** What a shell leaves as it is, outside quotes. */
const PLAIN = /^[\w@%+=:,./-]+$/

/**
 * A word as a POSIX shell reads it back: in quotes only if it needs them. A file of its own: all
 * rooms print commands to type.
 */
export const shellWord = (word: string): string =>
  PLAIN.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
