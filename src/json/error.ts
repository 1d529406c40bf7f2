/** An error, as every command reports it with --json. */
import type { InProgress } from '../deploy/lock/in-progress.js'
import type { TargetOutcome } from '../deploy/promote/index.js'
import type { Finding } from '../doctor/index.js'
import type { EcosystemProblem } from '../ecosystem/types.js'
import { EXIT_CODES, ShipitError } from '../errors.js'
import { findingDocument, FINDING } from './doctor.js'
import { IN_PROGRESS, inProgressDocument, POSTDEPLOY } from './deploy.js'
import { RELEASE_REF } from './platform.js'
import {
  array,
  integer,
  type Json,
  nullable,
  object,
  oneOf,
  type Schema,
  someOf,
  string,
} from './schema.js'

const PROBLEM = object({
  severity: oneOf(['error', 'warning']),
  path: string('apps/0/instances'),
  line: nullable(integer()),
  column: nullable(integer()),
  message: string(),
  suggestion: nullable(string()),
})

const releases = {
  release: nullable(RELEASE_REF, 'the release that was made'),
  rolled_back_to: nullable(RELEASE_REF),
  serving: nullable(RELEASE_REF, 'null if that is not known'),
}
const DETAILS = {
  app: string(),
  dyno: string(),
  ...releases,
  unverified: oneOf([true], 'the release stands, and could not be looked at'),
  reloaded: array(string()),
  up: integer('dynos that are up'),
  wanted: integer('dynos that were waited for'),
  in_progress: IN_PROGRESS,
  signal: string(),
  host: string(),
  reason: string(),
  status: integer("of the platform's answer"),
  id: string("the platform's word for the error"),
  request_id: string(),
  retry_after_seconds: integer(),
  file: string(),
  line: integer(),
  column: integer(),
  problems: array(PROBLEM, 'of an ecosystem file or app.json'),
  findings: array(FINDING),
  secrets: array(object({ file: string(), line: integer(), kind: string() })),
  missing_config: array(string()),
  done: array(string(), 'what of app.json the app has'),
  postdeploy: nullable(POSTDEPLOY),
}

const withDetails = <D extends Schema>(details: D) =>
  object({
    code: oneOf(Object.keys(EXIT_CODES)),
    message: string('what happened'),
    why: nullable(string()),
    next: nullable(string('what to do: a sentence, or commands a line each')),
    exit_code: integer(),
    details: { ...details, description: 'what its kind of error has besides' } as D,
  })
const plainError = withDetails(someOf(DETAILS))

const failures = { failure: plainError, rollback_failure: plainError }
const TARGET = object({
  app: string(),
  stage: string(),
  outcome: oneOf(['succeeded', 'failed']),
  release: nullable(RELEASE_REF, 'the release that was made'),
  error: nullable(withDetails(someOf({ ...DETAILS, ...failures }))),
})

export const ERROR = object({
  error: withDetails(
    someOf({ ...DETAILS, ...failures, targets: array(TARGET, 'of a promotion, each app') }),
  ),
})

const problemDocument = (problem: EcosystemProblem): Json<typeof PROBLEM> => ({
  severity: problem.severity,
  path: problem.path,
  line: problem.line ?? null,
  column: problem.column ?? null,
  message: problem.message,
  suggestion: problem.suggestion ?? null,
})

/** What details hold as the rooms of src have it, and how it is told. */
const TOLD: Record<string, (value: never) => unknown> = {
  problems: (problems: EcosystemProblem[]) => problems.map(problemDocument),
  findings: (findings: Finding[]) => findings.map(findingDocument),
  in_progress: (one: InProgress) => inProgressDocument(one),
  failure: (error: ShipitError) => errorDocument(error),
  rollback_failure: (error: ShipitError) => errorDocument(error),
  targets: (outcomes: TargetOutcome[]) => outcomes.map(targetDocument),
}

const targetDocument = ({ app, stage, result, error }: TargetOutcome): Json<typeof TARGET> => ({
  app,
  stage,
  outcome: error ? 'failed' : 'succeeded',
  release: error ? ((error.details?.release as Json<typeof RELEASE_REF>) ?? null) : result.release,
  error: error ? errorDocument(error) : null,
})

/** Never a stack, never a secret. */
export const errorDocument = (error: ShipitError): Json<typeof ERROR>['error'] => ({
  code: error.code,
  message: error.message,
  why: error.why ?? null,
  next: error.next ?? null,
  exit_code: error.exitCode,
  details: Object.fromEntries(
    Object.entries(error.details ?? {})
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, TOLD[name]?.(value as never) ?? value]),
  ),
})
