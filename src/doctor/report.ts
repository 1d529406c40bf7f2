import { CHECKS } from './checks/index.js'
import type { Facts } from './facts.js'
import type { Finding, Severity, Theme } from './check.js'

export type CheckStatus = 'ok' | Severity | 'left_out'

/** What the doctor reports, as `--json` prints it. */
export interface DoctorReport {
  /** Below the changes of the folder; null if there is no commit. */
  commit: string | null
  /**
   * The branch, tag or hash of another commit than the one that is checked out; null for that one,
   * and for the folder.
   */
  ref: string | null
  uncommitted: number
  environment: string | null
  /** Null if no app was looked at. */
  app: string | null
  platform: string | null
  checks: { name: string; theme: Theme; asserts: string; status: CheckStatus }[]
  findings: {
    check: string
    theme: Theme
    severity: Severity
    what: string
    why: string | null
    next: string
    place: string | null
    isFixable: boolean
  }[]
  /** What --fix has changed, a sentence each. */
  fixed: string[]
  /** What was not looked at, and how it would be. */
  leftOut: string[]
}

const WORST_FIRST = ['error', 'warning', 'note'] as const

/** Every check with what became of it, and what was found. Pure. */
export function doctorReport(
  { project, environment, platform }: Facts,
  findings: Finding[],
  done: Pick<DoctorReport, 'fixed' | 'leftOut'>,
): DoctorReport {
  return {
    commit: project.commit?.short ?? null,
    ref: project.deployed?.ref ?? null,
    uncommitted: project.deployed ? 0 : project.uncommitted.length,
    environment: environment?.name ?? null,
    app: platform?.app ?? null,
    platform: platform?.label ?? null,
    checks: CHECKS.map(({ name, theme, asserts, needsPlatform }) => {
      const severities = findings
        .filter(({ check }) => check === name)
        .map(({ severity }) => severity)
      const worst = WORST_FIRST.find((severity) => severities.includes(severity))
      return {
        name,
        theme,
        asserts,
        status: needsPlatform && !platform ? 'left_out' : (worst ?? 'ok'),
      }
    }),
    findings: findings.map(({ check, theme, severity, what, why, next, place, fix }) => ({
      check,
      theme,
      severity,
      what,
      why: why ?? null,
      next,
      place: place ?? null,
      isFixable: fix !== undefined,
    })),
    ...done,
  }
}
