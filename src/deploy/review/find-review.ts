import { ShipitError } from '../../errors.js'
import {
  couplingOf,
  currentRelease,
  findPipeline,
  getApp,
  getPipeline,
  pipelineApps,
  type App,
  type Pipeline,
  type PlatformApi,
} from '../../heroku/index.js'
import type { Place } from '../../heroku/resources.js'
import { reviewAppName } from '../../lib/review-name.js'

export interface Review {
  pipeline: Pipeline
  /** Name of its app, which may not be there yet. */
  name: string
  app: App | undefined
  /** Whether the app is at the review stage of the pipeline; false before it joins it. */
  isCoupled: boolean
}

/** Which pipeline is meant: by its own name or id, or by an app that is in it. */
export type PipelineOf = { pipeline: string } | { app: string }

/**
 * The review of a name in a pipeline, and its app.
 * @throws ShipitError `not_found` (no such pipeline or app), `usage` (the app is in none), `refused`
 *   (an app of that name is not of this review)
 */
export async function findReview(api: PlatformApi, of: PipelineOf, name: string): Promise<Review> {
  const pipeline = await ('pipeline' in of
    ? findPipeline(api, of.pipeline)
    : pipelineOf(api, of.app))
  const appName = reviewAppName(pipeline.name, name)
  const app = await getApp(api, appName).catch((error: unknown) => {
    if (error instanceof ShipitError && error.code === 'not_found') return undefined
    throw error
  })
  if (!app) return { pipeline, name: appName, app, isCoupled: false }
  const coupling = await couplingOf(api, app.name)
  if (coupling?.stage === 'review' && coupling.pipeline.id === pipeline.id)
    return { pipeline, name: appName, app, isCoupled: true }
  // Made by a review that stopped before the app had joined the pipeline.
  if (!coupling && !(await currentRelease(api, app.name))?.slug)
    return { pipeline, name: appName, app, isCoupled: false }
  throw new ShipitError('refused', {
    message: `${app.name} is not a review app of ${pipeline.name}. Nothing was changed.`,
    why: coupling
      ? `It is at the stage ${coupling.stage}${coupling.pipeline.id === pipeline.id ? '' : ' of another pipeline'}.`
      : 'It is in no pipeline, and has a release.',
    next: 'Give the review another --name.',
    details: { app: app.name },
  })
}

async function pipelineOf(api: PlatformApi, app: string): Promise<Pipeline> {
  const coupling = await couplingOf(api, app)
  if (coupling) return getPipeline(api, coupling.pipeline.id)
  throw new ShipitError('usage', {
    message: `${app} is in no pipeline, and a review app joins that of its app.`,
    next: `shipit pipelines create NAME --app ${app} --stage production`,
    details: { app },
  })
}

/**
 * Where the pipeline's apps are: all must have one owner, and a review is to be like them.
 * https://devcenter.heroku.com/articles/pipelines#ownership-and-transfer
 */
export async function placeOf(api: PlatformApi, pipeline: Pipeline): Promise<Place> {
  const [first] = (await pipelineApps(api, pipeline.id)).toReversed()
  if (!first) return {}
  const { team, region, space } = first.app
  return {
    ...(team ? { team: team.name } : {}),
    ...(space ? { space: space.name } : { region: region.name }),
  }
}
