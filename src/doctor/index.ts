/**
 * What can be wrong with a deploy before it begins. Facts are gathered once, of a commit or a
 * folder and of the app on the platform; each check is a function of them alone. `shipit doctor`
 * prints what they find, and a deploy stops at an error.
 */
import { ShipitError } from '../errors.js'
import { CHECKS } from './checks/index.js'
import type { Facts } from './facts.js'
import type { Finding } from './check.js'

export { CHECKS } from './checks/index.js'
export { gatherCommit, gatherFolder, type FolderInput, type GatherInput } from './gather.js'
export { defaultWeb, withoutWeb, type DefaultWeb } from './first-web.js'
export { gatherPlatform, noApp, type PlatformSource } from './gather-platform.js'
export type { Facts, PlatformFacts, ProjectFacts } from './facts.js'
export { doctorReport, type CheckStatus, type DoctorReport } from './report.js'
export type { Check, Finding, Fix, Problem, Severity, Theme } from './check.js'

/** What the checks find, in their order. Pure. */
export function preflightFindings(facts: Facts): Finding[] {
  return CHECKS.flatMap((check) =>
    check.run(facts).map((problem) => ({ check: check.name, theme: check.theme, ...problem })),
  )
}

/**
 * The error that the findings come to; undefined if none of them is one. `before` says what was
 * not done.
 */
export function errorOf(findings: Finding[], before: string): ShipitError | undefined {
  const errors = findings.filter(({ severity }) => severity === 'error')
  const [first] = errors
  if (!first) return undefined
  const details = {
    ...(Object.assign({}, ...errors.map((error) => error.details ?? {})) as Record<
      string,
      unknown
    >),
    findings: errors,
  }
  if (errors.length === 1)
    return new ShipitError(first.code ?? 'project', {
      message: first.what,
      ...(first.why === undefined ? {} : { why: first.why }),
      next: first.next,
      details,
    })
  return new ShipitError(first.code ?? 'project', {
    message: `${errors.length} things would make the deploy fail. ${before}`,
    why: errors
      .map(
        ({ what, next }) =>
          `${what}\n${next
            .split('\n')
            .map((line) => `  ${line}`)
            .join('\n')}`,
      )
      .join('\n'),
    next:
      'Fix them, commit, and deploy again. shipit doctor says more, and shipit doctor --fix ' +
      'fixes what is safe.',
    details,
  })
}
