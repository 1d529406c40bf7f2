/** What doctor finds, and a deploy's own checks. */
import type { DoctorReport } from '../doctor/index.js'
import { array, boolean, integer, nullable, object, oneOf, string, type Json } from './schema.js'

const severity = oneOf(['error', 'warning', 'note'])

export const FINDING = object({
  check: string('its name stays the same from version to version'),
  theme: string(),
  severity,
  what: string(),
  why: nullable(string()),
  next: string('a sentence, or commands a line each'),
  place: nullable(string('server.js:12')),
  is_fixable: boolean('whether `shipit doctor --fix` fixes it'),
})

export const DOCTOR = object({
  commit: nullable(string('null if there is none')),
  ref: nullable(string('of a commit other than the one that is checked out')),
  uncommitted: integer('files'),
  environment: nullable(string()),
  app: nullable(string('null if none was looked at')),
  platform: nullable(string()),
  checks: array(
    object({
      name: string(),
      theme: string(),
      asserts: string(),
      status: oneOf(['ok', 'error', 'warning', 'note', 'left_out']),
    }),
  ),
  findings: array(FINDING),
  fixed: array(string()),
  left_out: array(string()),
})

type Finding = Json<typeof FINDING>
type Problem = Pick<Finding, 'check' | 'theme' | 'severity' | 'what' | 'next'> & {
  why?: string | null | undefined
  place?: string | null | undefined
}

/** A finding of the checks, or of the doctor's report. */
export const findingDocument = (
  finding: Problem & ({ fix?: unknown } | { isFixable: boolean }),
): Finding => ({
  check: finding.check,
  theme: finding.theme,
  severity: finding.severity,
  what: finding.what,
  why: finding.why ?? null,
  next: finding.next,
  place: finding.place ?? null,
  is_fixable:
    'isFixable' in finding ? finding.isFixable : (finding as { fix?: unknown }).fix !== undefined,
})

export const doctorDocument = ({
  findings,
  leftOut,
  ...report
}: DoctorReport): Json<typeof DOCTOR> => ({
  ...report,
  findings: findings.map(findingDocument),
  left_out: leftOut,
})
