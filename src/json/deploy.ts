/** Before a deploy, and the deploy: init, doctor, the plan and what came of it. */
import type { DoctorReport } from '../doctor/index.js'
import type { InitPlan, InitStep } from '../init/types.js'
import type { LockReport } from '../init/apply/lockfile.js'
import type { DeployPlan, DeployResult } from '../deploy/index.js'
import type { InProgress } from '../deploy/lock/in-progress.js'
import { RELEASE_REF } from './platform.js'
import { COST } from './operate.js'
import {
  anyOf,
  array,
  boolean,
  integer,
  type Json,
  map,
  nullable,
  object,
  oneOf,
  string,
  time,
} from './schema.js'

const commit = object({ id: string(), short: string(), subject: string() })
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

const words = array(string())
const run = {
  command: words,
  must_hold: array(string(), 'what must stand in the lockfile afterwards'),
  or_else: nullable(words, 'what is run if it does not'),
  manager: string(),
  is_alone: boolean(),
  is_apart: boolean(),
  install: words,
}
export const INIT = object({
  applied: boolean(),
  plan: object({
    dir: string(),
    steps: array(
      anyOf(
        object({
          kind: oneOf(['create', 'edit']),
          file: string(),
          before: nullable(string()),
          after: nullable(string('null if the bytes come from another file')),
          from: nullable(string()),
          why: string(),
        }),
        object({ kind: oneOf(['remove']), file: string(), why: string() }),
        object({ kind: oneOf(['run']), file: string(), why: string(), ...run }),
      ),
    ),
    decisions: words,
    warnings: words,
  }),
  lockfile: nullable(
    object({
      install: oneOf(['proved', 'failed', 'unknown']),
      why: nullable(string()),
      notes: words,
    }),
    'what was proved of the lockfile; null if it was not touched',
  ),
})

export const IN_PROGRESS = object({
  stage: oneOf(['build', 'release', 'boot', 'switch']),
  commit: nullable(string()),
  by: string('the account'),
  begun_at: time(),
  build: nullable(string('its id')),
  release: nullable(RELEASE_REF),
  is_of_code: boolean(),
  proven_in_ms: nullable(integer()),
})

const asked = object({ quantity: integer(), size: nullable(string()) })
const health = object({
  path: nullable(string('null if nothing is asked')),
  is_named: boolean(),
  status: nullable(string('200-399,401')),
  headers: array(string(), 'their names'),
  timeout_ms: nullable(integer()),
})
export const PLAN = object({
  app: string(),
  platform: string(),
  app_state: oneOf(['exists', 'to-be-created']),
  place: object({
    region: nullable(string()),
    team: nullable(string()),
    space: nullable(string()),
  }),
  adds_remote: boolean(),
  environment: nullable(string()),
  commit,
  split: nullable(object({ commit: string(), folder: string() })),
  upload: nullable(object({ files: integer(), is_dirty: boolean() })),
  branch: nullable(string()),
  current: nullable(
    object({ release: RELEASE_REF, slug: string(), commit: nullable(string()) }),
    'what serves and is gone back to',
  ),
  is_already_live: boolean(),
  follows: nullable(IN_PROGRESS),
  config_changes: array(string(), 'names, never values'),
  shipit_env: nullable(string()),
  formation: array(object({ type: string(), before: nullable(asked), after: asked, ...COST })),
  steps: words,
  health,
  preboot: nullable(object({ switches_after_ms: integer(), dynos: integer() })),
  wait_timeout_ms: integer(),
  rollback: boolean(),
  force: boolean(),
  overwrites: nullable(
    object({ commit: string(), count: nullable(integer()), subject: nullable(string()) }),
  ),
  warnings: words,
  findings: array(FINDING),
})

export const DEPLOY = anyOf(
  object({
    app: string(),
    release: RELEASE_REF,
    url: nullable(string()),
    dynos: array(string()),
    commit,
    replaced: nullable(RELEASE_REF, 'the release that served before'),
    already_live: boolean('the commit served already: nothing was changed'),
    warnings: words,
    times_ms: map(integer(), 'of each step'),
  }),
  object({ dry_run: oneOf([true]), plan: PLAN }),
)

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

type Step = Json<typeof INIT>['plan']['steps'][number]

export const initDocument = (
  { dir, steps, decisions, warnings }: InitPlan,
  applied: boolean,
  lockfile?: LockReport,
): Json<typeof INIT> => ({
  applied,
  plan: { dir, steps: steps.map(stepDocument), decisions, warnings },
  lockfile: lockfile
    ? { install: lockfile.install, why: lockfile.why ?? null, notes: lockfile.notes }
    : null,
})

function stepDocument(step: InitStep): Step {
  const { kind, file, why } = step
  if (kind === 'remove') return { kind, file, why }
  if (kind === 'run')
    return {
      kind,
      file,
      why,
      command: step.command,
      must_hold: step.mustHold,
      or_else: step.orElse ?? null,
      manager: step.manager,
      is_alone: step.isAlone,
      is_apart: step.isApart,
      install: step.install,
    }
  const { before = null, after = null, from = null } = step
  return { kind, file, before, after, from, why }
}

export const inProgressDocument = (one: InProgress): Json<typeof IN_PROGRESS> => ({
  stage: one.stage,
  commit: one.commit,
  by: one.by,
  begun_at: one.since,
  build: one.build,
  release: one.release && { id: one.release.id, version: one.release.version },
  is_of_code: one.isOfCode,
  proven_in_ms: one.provenIn,
})

export const planDocument = (plan: DeployPlan): Json<typeof PLAN> => ({
  app: plan.app,
  platform: plan.platform,
  app_state: plan.appState,
  place: {
    region: plan.place.region ?? null,
    team: plan.place.team ?? null,
    space: plan.place.space ?? null,
  },
  adds_remote: plan.addsRemote,
  environment: plan.environment,
  commit: plan.commit,
  split: plan.split,
  upload: plan.upload && { files: plan.upload.files, is_dirty: plan.upload.isDirty },
  branch: plan.branch,
  current: plan.current,
  is_already_live: plan.isAlreadyLive,
  follows: plan.follows && inProgressDocument(plan.follows),
  config_changes: plan.configChanges,
  shipit_env: plan.shipitEnv,
  formation: plan.formation.map(({ type, before, after, costClass, costs }) => ({
    type,
    before,
    after,
    cost_class: costClass,
    costs,
  })),
  steps: plan.steps,
  health: {
    path: plan.health.path,
    is_named: plan.health.isNamed,
    status: plan.health.status,
    headers: plan.health.headers,
    timeout_ms: plan.health.timeout,
  },
  preboot: plan.preboot && {
    switches_after_ms: plan.preboot.switchesAfter,
    dynos: plan.preboot.dynos,
  },
  wait_timeout_ms: plan.waitTimeout,
  rollback: plan.rollback,
  force: plan.force,
  overwrites: plan.overwrites,
  warnings: plan.warnings,
  findings: plan.findings.map(findingDocument),
})

export const deployDocument = (result: DeployResult) => ({
  app: result.app,
  release: result.release,
  url: result.url,
  dynos: result.dynos,
  commit: result.commit,
  replaced: result.replaced,
  already_live: result.alreadyLive,
  warnings: result.warnings,
  times_ms: result.times,
})
