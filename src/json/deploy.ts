/** A deploy: its plan, and what came of it. */
import type { DeployPlan, DeployResult } from '../deploy/index.js'
import type { InProgress } from '../deploy/lock/in-progress.js'
import { FINDING, findingDocument } from './doctor.js'
import { COST } from './operate.js'
import { RELEASE_REF } from './platform.js'
import {
  anyOf,
  array,
  boolean,
  integer,
  map,
  nullable,
  object,
  oneOf,
  string,
  time,
  type Json,
} from './schema.js'

const words = array(string())
const commit = object({ id: string(), short: string(), subject: string() })
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
export const POSTDEPLOY = object({ dyno: string(), exit_code: integer() }, 'of app.json')
const setUp = object({
  coupling: nullable(object({ pipeline: string(), stage: string() }), 'the pipeline it joins'),
  stack: nullable(string()),
  buildpacks: words,
  features: words,
  config_vars: array(string(), 'names, never values'),
  addons: array(object({ plan: string(), as: nullable(string()) })),
  postdeploy: nullable(string('the command')),
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
  set_up: nullable(setUp, 'what the app lacks of app.json'),
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

/** Of what has been deployed. */
export const DEPLOYED = {
  app: string(),
  release: RELEASE_REF,
  url: nullable(string()),
  dynos: array(string()),
  commit,
  replaced: nullable(RELEASE_REF, 'the release that served before'),
  already_live: boolean('the commit served already: nothing was changed'),
  warnings: words,
  postdeploy: nullable(POSTDEPLOY, 'null if it was not run'),
  times_ms: map(integer(), 'of each step'),
}
export const DEPLOY = anyOf(object(DEPLOYED), object({ dry_run: oneOf([true]), plan: PLAN }))

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
  set_up: plan.setUp && {
    coupling: plan.setUp.coupling && {
      pipeline: plan.setUp.coupling.pipeline.name,
      stage: plan.setUp.coupling.stage,
    },
    stack: plan.setUp.stack,
    buildpacks: plan.setUp.buildpacks,
    features: plan.setUp.features,
    config_vars: plan.setUp.configVars,
    addons: plan.setUp.addons.map(({ plan: name, as }) => ({ plan: name, as })),
    postdeploy: plan.setUp.postdeploy?.command ?? null,
  },
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
  postdeploy: result.postdeploy && {
    dyno: result.postdeploy.dyno,
    exit_code: result.postdeploy.exitCode,
  },
  times_ms: result.times,
})
