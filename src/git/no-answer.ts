import { ShipitError } from '../errors.js'

/**
 * Why git answers nothing at all: it is not there, or does not trust the folder
 * (https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory).
 * Undefined for any other failure.
 */
export function noAnswerFromGit(error: unknown): ShipitError | undefined {
  const said = error instanceof Error ? error.message : String(error)
  if (said.includes('ENOENT')) {
    return new ShipitError('git', {
      message: 'git was not found on this machine.',
      next: 'Install git (https://git-scm.com), then run the command again.',
      cause: error,
    })
  }
  const [way] = /git config --global --add safe\.directory .+/.exec(said) ?? []
  if (way === undefined) return undefined
  return new ShipitError('git', {
    message: 'git does not trust this repository: its folder belongs to another user.',
    why: 'What it is configured to run would run as you.',
    next: `If you trust it: ${way.trim()}`,
    cause: error,
  })
}
