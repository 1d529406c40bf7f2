/**
 * What is typed after `shipit dev`: the command lines of pm2-dev and pm2-runtime, as the runtime is
 * to have them.
 */
import { parsePm2CommandLine } from '../ecosystem/pm2-command-line.js'
import { ShipitError } from '../errors.js'

export interface DevCommandLine {
  /** A script, a command or an ecosystem file; undefined if none is named. */
  file: string | undefined
  /** For the runtime, after `start FILE`. */
  words: string[]
  /**
   * pm2-dev's --post-exec: a command for the shell after each restart, and whether its output is
   * shown.
   */
  postExec: string | undefined
  isSilent: boolean
  /** pm2-dev's --auto-exit: end when no app runs any more. */
  autoExit: boolean
}

/**
 * Throws ShipitError `usage` for a flag that neither has, or that is of no use on one's own
 * machine.
 */
export function readDevLine(argv: readonly string[]): DevCommandLine {
  const dashes = argv.indexOf('--')
  const { own, postExec, isSilent, autoExit } = takeOwn(
    dashes === -1 ? argv : argv.slice(0, dashes),
  )
  const args = dashes === -1 ? [] : argv.slice(dashes)
  const { file, more, refused } = parsePm2CommandLine([...own, ...args])
  const [refusal] = refused
  if (refusal)
    throw new ShipitError('usage', {
      message: `${refusal.flag} cannot be used here.`,
      why: `${refusal.why}.`,
      next: 'shipit dev --help',
    })
  if (more.length > 0) {
    const whole = [file, ...more].join(' ')
    throw new ShipitError('usage', {
      message: `shipit dev starts one thing, and these are ${more.length + 1}: ${whole}`,
      next:
        `shipit dev "${whole}" for a command; apps that run together belong in an ecosystem ` +
        'file (shipit init)',
    })
  }
  const isWatched = !own.includes('--no-watch')
  return {
    file,
    words: [
      ...withoutFile(own, file),
      ...(isWatched && !own.some((word) => /^--watch(=|$)/.test(word)) ? ['--watch'] : []),
      ...args,
    ],
    postExec,
    isSilent,
    autoExit,
  }
}

/** pm2-dev's own flags, which the runtime does not have, taken out of the others. */
function takeOwn(
  words: readonly string[],
): { own: string[] } & Pick<DevCommandLine, 'postExec' | 'isSilent' | 'autoExit'> {
  const own: string[] = []
  let postExec: string | undefined
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!
    if (word === '--silent-exec' || word === '--auto-exit') continue
    if (word.startsWith('--post-exec'))
      postExec = word.includes('=') ? word.slice(word.indexOf('=') + 1) : (words[(at += 1)] ?? '')
    else own.push(word)
  }
  return {
    own,
    postExec,
    isSilent: words.includes('--silent-exec'),
    autoExit: words.includes('--auto-exit'),
  }
}

/** `start` and the file, which may stand anywhere among the flags, are said first. */
function withoutFile(own: readonly string[], file: string | undefined): string[] {
  const words = own[0] === 'start' ? own.slice(1) : [...own]
  if (file === undefined) return words
  // A flag's value may look the same.
  const at = words.findIndex(
    (_, index) => parsePm2CommandLine(words.slice(0, index + 1)).file === file,
  )
  return words.filter((_, index) => index !== at)
}
