/**
 * Every failure that a user can meet, in one table: the code, the exit status of the process, and
 * what it means.
 * `shipit --help` and the README print this table; nothing else in the CLI decides an exit status.
 */
export const EXIT_CODES = {
  internal: { exit: 1, means: 'an internal error' },
  usage: { exit: 2, means: 'a flag, an argument or an input that cannot be used' },
  project: { exit: 3, means: 'the folder or its ecosystem file cannot be used as it is' },
  git: { exit: 4, means: 'the repository is not in a state that can be deployed' },
  auth: { exit: 5, means: 'no credentials, or the platform does not accept them' },
  not_found: {
    exit: 6,
    means: 'the app, release or dyno does not exist, or you have no access to it',
  },
  refused: { exit: 7, means: 'the platform refused the request' },
  network: {
    exit: 8,
    means: 'the platform could not be reached, or its answer did not arrive whole',
  },
  push: { exit: 9, means: 'git push failed' },
  build: { exit: 10, means: 'the build failed' },
  release: { exit: 11, means: 'the release phase, or postdeploy of app.json, failed' },
  boot: { exit: 12, means: 'a dyno crashed or did not come up' },
  health: { exit: 13, means: 'the app is up and does not answer as it should' },
  rollback: { exit: 14, means: 'the deploy failed and so did its rollback' },
  timeout: {
    exit: 15,
    means:
      'timed out: the platform may still be at work, or a release stands that could not be ' +
      'verified',
  },
  local: { exit: 16, means: 'the embedded Heroku could not be started or did not answer' },
  interrupted: { exit: 130, means: 'stopped by Ctrl-C (143 by SIGTERM, 129 by a closed terminal)' },
} as const

export type ErrorCode = keyof typeof EXIT_CODES

interface ErrorParts {
  /** What happened: one sentence, no stack, no secret. */
  message: string
  /** Why, as far as it is known. May hold several lines, such as a dyno's last output. */
  why?: string
  /** What to do next: a sentence or a command to type. */
  next?: string
  /** What a `--json` reader needs besides, such as the release that serves. Never a secret. */
  details?: Record<string, unknown>
  /** Overrides the table where a signal decides (143, 129). */
  exitCode?: number
  cause?: unknown
}

/** What a disk says that takes no more. */
const UNWRITABLE: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'your share of the disk is used up',
  EROFS: 'the disk is read-only',
}

/** Whether an error is of a disk that takes no more. */
export const isUnwritable = (error: unknown): error is NodeJS.ErrnoException & { code: string } =>
  error instanceof Error && 'code' in error && String(error.code) in UNWRITABLE

/**
 * The one error class of the CLI: what happened, why, what to do next, and the exit status from
 * EXIT_CODES.
 */
export class ShipitError extends Error {
  readonly code: ErrorCode
  readonly why: string | undefined
  readonly next: string | undefined
  readonly details: Record<string, unknown> | undefined
  readonly exitCode: number

  constructor(code: ErrorCode, parts: ErrorParts) {
    super(parts.message, parts.cause === undefined ? undefined : { cause: parts.cause })
    this.name = 'ShipitError'
    this.code = code
    this.why = parts.why
    this.next = parts.next
    this.details = parts.details
    this.exitCode = parts.exitCode ?? EXIT_CODES[code].exit
  }

  /**
   * Any thrown value as a ShipitError: oclif's own complaints about flags are `usage`, everything
   * unknown is `internal`.
   */
  static from(error: unknown): ShipitError {
    if (error instanceof ShipitError) return error
    const message = error instanceof Error ? error.message : String(error)
    if (
      error instanceof Error &&
      'oclif' in error &&
      (error as { oclif?: { exit?: number } }).oclif?.exit === EXIT_CODES.usage.exit
    ) {
      return new ShipitError('usage', { message, cause: error })
    }
    if (error instanceof Error && error.name === 'ExitPromptError') {
      return new ShipitError('interrupted', {
        message: 'Stopped at the prompt. Nothing was changed.',
        cause: error,
      })
    }
    if (isUnwritable(error)) {
      return new ShipitError('project', {
        message: `${error.path ?? 'The output'} could not be written: ${UNWRITABLE[error.code]}.`,
        next: 'Make room, or use another disk, then run the command again.',
        cause: error,
      })
    }
    return new ShipitError('internal', {
      message,
      why: 'shipit did not expect this.',
      next: 'Run the command again with DEBUG=shipit to see where it happened.',
      cause: error,
    })
  }
}
