/**
 * Pipelines: which apps are at which stage, and the way of a release from one to the next
 * (https://devcenter.heroku.com/articles/pipelines-using-the-platform-api).
 */
import { ShipitError } from '../errors.js'
import type { PlatformApi } from './client.js'
import { appPath, getApp } from './resources.js'
import {
  PIPELINE,
  PIPELINE_COUPLING,
  PIPELINE_PROMOTION,
  PROMOTION_TARGET,
  type App,
  type Pipeline,
  type PipelineCoupling,
  type PipelinePromotion,
  type PromotionTarget,
  type Stage,
} from './shapes.js'

/** Every pipeline that the account has access to. */
export const listPipelines = (api: PlatformApi) => api.list<Pipeline>('/pipelines', PIPELINE)

export const getPipeline = (api: PlatformApi, id: string) =>
  api.get<Pipeline>(`/pipelines/${encodeURIComponent(id)}`, PIPELINE)

/**
 * By name or id. Names are not the platform's keys: several owners may each have a pipeline of one
 * name.
 * @throws ShipitError `not_found`; `usage` if several have the name
 */
export async function findPipeline(api: PlatformApi, nameOrId: string): Promise<Pipeline> {
  const pipelines = await listPipelines(api)
  const found = pipelines.filter(({ id, name }) => id === nameOrId || name === nameOrId)
  const [first, ...others] = found
  if (first && others.length === 0) return first
  if (first)
    throw new ShipitError('usage', {
      message: `Several pipelines are called ${nameOrId}.`,
      next: `Name one by its id: ${found
        .map(({ id, created_at: at }) => `${id} (created ${at})`)
        .join(', ')}`,
    })
  throw new ShipitError('not_found', {
    message: `There is no pipeline ${nameOrId} that you have access to.`,
    why:
      pipelines.length === 0
        ? 'This account has none.'
        : `There are ${pipelines.map(({ name }) => name).join(', ')}.`,
  })
}

/** Of the app's owner, since all apps of a pipeline must have the same, and of its generation. */
export const createPipeline = (api: PlatformApi, name: string, { owner, team, generation }: App) =>
  api.post<Pipeline>(
    '/pipelines',
    PIPELINE,
    {
      name,
      owner: team ? { id: team.id, type: 'team' } : { id: owner.id, type: 'user' },
      generation: { name: generation?.name ?? 'cedar' },
    },
    // What Heroku's own CLI asks for to say the generation (lib/api, PIPELINES_HEADER).
    { variant: 'pipelines' },
  )

/** Its apps stay, and are in no pipeline then. */
export const destroyPipeline = (api: PlatformApi, id: string) =>
  api.delete<Pipeline>(`/pipelines/${encodeURIComponent(id)}`, PIPELINE)

const couplingPath = (id: string) => `/pipeline-couplings/${encodeURIComponent(id)}`

export const addToPipeline = (api: PlatformApi, pipeline: string, app: string, stage: Stage) =>
  api.post<PipelineCoupling>('/pipeline-couplings', PIPELINE_COUPLING, { app, pipeline, stage })

export const moveToStage = (api: PlatformApi, coupling: string, stage: Stage) =>
  api.patch<PipelineCoupling>(couplingPath(coupling), PIPELINE_COUPLING, { stage })

export const removeFromPipeline = (api: PlatformApi, coupling: string) =>
  api.delete<PipelineCoupling>(couplingPath(coupling), PIPELINE_COUPLING)

/** The pipeline and the stage that an app is in; undefined if it is in none. */
export async function couplingOf(
  api: PlatformApi,
  app: string,
): Promise<PipelineCoupling | undefined> {
  try {
    return await api.get<PipelineCoupling>(`${appPath(app)}/pipeline-couplings`, PIPELINE_COUPLING)
  } catch (error) {
    if (!(error instanceof ShipitError) || error.code !== 'not_found') throw error
    // Of an app that is not there the platform says the same.
    await getApp(api, app)
    return undefined
  }
}

export interface PipelineApp {
  app: App
  stage: Stage
}

/** From the first stage to the last. */
export const STAGE_ORDER: readonly Stage[] = [
  'test',
  'review',
  'development',
  'staging',
  'production',
]

/** The apps of a pipeline by stage and name. One that may not be seen is left out. */
export async function pipelineApps(api: PlatformApi, pipeline: string): Promise<PipelineApp[]> {
  const couplings = await api.list<PipelineCoupling>(
    `/pipelines/${encodeURIComponent(pipeline)}/pipeline-couplings`,
    PIPELINE_COUPLING,
  )
  const apps = await Promise.all(
    couplings.map(async ({ app, stage }) => {
      try {
        return { app: await getApp(api, app.id), stage }
      } catch (error) {
        if (error instanceof ShipitError && error.code === 'not_found') return undefined
        throw error
      }
    }),
  )
  return apps
    .filter((one) => one !== undefined)
    .sort(
      (one, other) =>
        STAGE_ORDER.indexOf(one.stage) - STAGE_ORDER.indexOf(other.stage) ||
        (one.app.name < other.app.name ? -1 : 1),
    )
}

/**
 * Begins to make a release of each of `to` that has the slug of the release. All by ids.
 * https://devcenter.heroku.com/changelog-items/3408: the release may be named.
 */
export const createPromotion = (
  api: PlatformApi,
  promotion: { pipeline: string; from: { app: string; release: string }; to: readonly string[] },
) =>
  api.post<PipelinePromotion>('/pipeline-promotions', PIPELINE_PROMOTION, {
    pipeline: { id: promotion.pipeline },
    source: { app: { id: promotion.from.app }, release: { id: promotion.from.release } },
    targets: promotion.to.map((id) => ({ app: { id } })),
  })

export const listPromotionTargets = (api: PlatformApi, promotion: string) =>
  api.list<PromotionTarget>(
    `/pipeline-promotions/${encodeURIComponent(promotion)}/promotion-targets`,
    PROMOTION_TARGET,
  )
