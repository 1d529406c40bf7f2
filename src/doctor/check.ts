import type { ErrorCode } from '../errors.js'
import type { Facts } from './facts.js'

/**
 * An error would make the deploy fail, so it stops one; a warning does not; a note is only told by
 * the doctor.
 */
export type Severity = 'error' | 'warning' | 'note'

/**
 * What fixes a problem without asking: init, which brings start script, runtime, lockfile and
 * engines in step, or one change to the ecosystem file.
 */
export type Fix = { by: 'init' } | { by: 'edit'; path: (string | number)[] }

/** What is wrong, as one check says it. */
export interface Problem {
  severity: Severity
  /** What is wrong, in one sentence. Never a value that could be a secret. */
  what: string
  why?: string
  /** What to do: a sentence, or commands a line each. */
  next: string
  /** The file it is about, from the app's folder: `server.js:12`. */
  place?: string
  fix?: Fix
  /** The error that it is where it stops a deploy; `project` if absent. */
  code?: ErrorCode
  /** What a reader of --json gets besides. */
  details?: Record<string, unknown>
}

export type Theme =
  'Start' | 'Dependencies' | 'App' | 'Ecosystem file' | 'Secrets' | 'Files' | 'Platform'

export interface Check {
  /** Stays the same from version to version: what --json names. */
  name: string
  theme: Theme
  /** What is so where it finds nothing. */
  asserts: string
  needsPlatform?: true
  run: (facts: Facts) => Problem[]
}

/** A problem and the check that found it. */
export interface Finding extends Problem {
  check: string
  theme: Theme
}
