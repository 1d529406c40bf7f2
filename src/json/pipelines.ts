/** Pipelines, and a promotion: its plan, and what came of it at each app. */
import type { Differences, Promotion, TargetOutcome } from '../deploy/promote/index.js'
import type { DeployPlan } from '../deploy/index.js'
import type { Pipeline, PipelineApp } from '../heroku/index.js'
import { PLAN, planDocument } from './deploy.js'
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

const stage = string('review, development, staging or production')
const PIPELINE = object({
  id: string(),
  name: string(),
  owner: nullable(object({ id: string(), type: string('user or team') })),
  created_at: time(),
})
const PIPELINE_APP = object({ id: string(), name: string(), stage })

export const PIPELINES = array(PIPELINE)
export const PIPELINE_INFO = object({ pipeline: PIPELINE, apps: array(PIPELINE_APP) })
export const PIPELINE_CHANGED = object({
  pipeline: object({ id: string(), name: string() }),
  app: string(),
  stage: nullable(stage, 'null once it is in no pipeline'),
})
export const PIPELINE_DESTROYED = object({ pipeline: string(), destroyed: oneOf([true]) })

export const pipelineDocument = (one: Pipeline): Json<typeof PIPELINE> => ({
  id: one.id,
  name: one.name,
  owner: one.owner ? { id: one.owner.id, type: one.owner.type } : null,
  created_at: one.created_at,
})

export const pipelineInfoDocument = (
  pipeline: Pipeline,
  apps: readonly PipelineApp[],
): Json<typeof PIPELINE_INFO> => ({
  pipeline: pipelineDocument(pipeline),
  apps: apps.map(({ app, stage }) => ({ id: app.id, name: app.name, stage })),
})

const commit = object({ id: string(), short: string(), subject: string() })
const names = array(string(), 'names, never values')
const SOURCE = object({
  app: string(),
  stage,
  release: RELEASE_REF,
  commit: nullable(string(), 'null if the platform tells of none'),
})
const DIFFERENCES = object({
  commits: nullable(
    object({ added: array(commit), added_count: integer(), dropped_count: integer() }),
    'null if this folder does not hold both commits',
  ),
  config: object({ source_only: names, target_only: names, different: names }),
})

export const PROMOTE = anyOf(
  object({
    pipeline: string(),
    source: SOURCE,
    targets: array(
      object({
        app: string(),
        stage,
        release: RELEASE_REF,
        url: nullable(string()),
        dynos: array(string()),
        replaced: nullable(RELEASE_REF, 'the release that served before'),
        already_live: boolean('the code served already: nothing was changed'),
        warnings: array(string()),
        times_ms: map(integer(), 'of each step'),
      }),
    ),
  }),
  object({
    dry_run: oneOf([true]),
    pipeline: string(),
    source: SOURCE,
    targets: array(object({ app: string(), stage, plan: PLAN, differences: DIFFERENCES })),
  }),
)

export const promotionDocument = ({ pipeline, source }: Promotion) => ({
  pipeline: pipeline.name,
  source: {
    app: source.app.name,
    stage: source.stage,
    release: { id: source.release.id, version: source.release.version },
    commit: source.commit,
  },
})

export const promotedDocument = ({
  app,
  stage,
  result,
}: Extract<TargetOutcome, { error?: undefined }>) => ({
  app,
  stage,
  release: result.release,
  url: result.url,
  dynos: result.dynos,
  replaced: result.replaced,
  already_live: result.alreadyLive,
  warnings: result.warnings,
  times_ms: result.times,
})

export const targetPlanDocument = (
  app: PipelineApp,
  plan: DeployPlan,
  { commits, config }: Differences,
) => ({
  app: app.app.name,
  stage: app.stage,
  plan: planDocument(plan),
  differences: {
    commits: commits && {
      added: commits.added,
      added_count: commits.addedCount,
      dropped_count: commits.droppedCount,
    },
    config: {
      source_only: config.sourceOnly,
      target_only: config.targetOnly,
      different: config.different,
    },
  },
})
