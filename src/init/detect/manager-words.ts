/**
 * Which words of a package manager's command line are its own, and which the script's. Tried with
 * npm 10, Yarn 1.22 and 4.18 and pnpm 7 to 11: npm takes flags up to `--`, the others leave all that
 * follows the script's name to the script.
 */

export interface ManagerWords {
  /** Flags, verb and the script's name. */
  own: string[]
  /** What the script is given besides. */
  after: string[]
}

/** Flags that take the next word as their value. */
const VALUES: Record<string, RegExp> = {
  npm: /^(--prefix|-C|-w|--workspace|--loglevel|--userconfig|--registry|--cache|--script-shell)$/,
  pnpm: /^(-C|--dir|-F|--filter|--filter-prod|--reporter|--loglevel|--workspace-concurrency|--resume-from)$/,
  yarn: /^(--cwd|--cache-folder|--registry|--mutex|--network-timeout)$/,
  bun: /^(--cwd|-F|--filter|--config|-c|--env-file)$/,
  turbo: /^(-F|--filter|--concurrency|--log-order|--output-logs|--env-mode)$/,
  lerna: /^(--scope|--ignore|--concurrency|--since|--loglevel)$/,
}
/** Verbs before the script's name. */
const VERB = /^(run|run-script|recursive|multi|m)$/

/** Cuts the words behind the program's name. */
export function managerWords(program: string, words: readonly string[]): ManagerWords {
  const dashes = words.indexOf('--')
  if (!/^(pnpm|yarn|bun)$/.test(program))
    return {
      own: words.slice(0, dashes === -1 ? words.length : dashes),
      after: dashes === -1 ? [] : words.slice(dashes + 1),
    }
  let at = 0
  while (at < words.length && (words[at]!.startsWith('-') || VERB.test(words[at]!)))
    at += VALUES[program]?.test(words[at]!) ? 2 : 1
  return { own: words.slice(0, at + 1), after: words.slice(at + 1) }
}

/** The words that are neither flags nor their values. */
export function plainWords(program: string, words: readonly string[]): string[] {
  return words.filter(
    (word, at) =>
      !word.startsWith('-') && !(at > 0 && VALUES[program]?.test(words[at - 1]!) === true),
  )
}

/**
 * Whether a command runs a script in every workspace that has it: `pnpm -r start`,
 * `npm start --workspaces`. Its other flags choose none.
 */
export function isRecursive(program: string, own: readonly string[]): boolean {
  if (program === 'npm') return own.some((word) => /^(--workspaces(=true)?|-ws)$/.test(word))
  if (program === 'pnpm')
    return (
      own.some((word) => /^(-r|--recursive)$/.test(word)) ||
      /^(recursive|multi|m)$/.test(plainWords(program, own)[0] ?? '')
    )
  return program === 'turbo' || program === 'lerna'
}
