/**
 * Why a build cannot go on, in words for the person who pushed. Everything else that is thrown is
 * the platform's own trouble.
 */
export class BuildFailure extends Error {
  /** Lines printed under "Build failed". */
  readonly details: string[]

  constructor(message: string, details: string[] = []) {
    super(message)
    this.name = 'BuildFailure'
    this.details = details
  }

  static diskFull(): BuildFailure {
    return new BuildFailure('The disk is full.', [
      'Free some space on this machine and push again.',
    ])
  }

  static from(error: unknown): BuildFailure {
    if (error instanceof BuildFailure) return error
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOSPC' || code === 'EDQUOT') return BuildFailure.diskFull()
    return new BuildFailure(error instanceof Error ? error.message : String(error))
  }
}
