/** What is promoted: an app's release, and to which apps of its pipeline. */
import { ShipitError } from '../../errors.js'
import {
  couplingOf,
  currentRelease,
  getPipeline,
  getSlug,
  pipelineApps,
  type Pipeline,
  type PipelineApp,
  type PlatformApi,
  type Release,
} from '../../heroku/index.js'
import { shortCommit } from '../source/short-commit.js'
import { chooseTargets } from './stages.js'

export interface Promotion {
  pipeline: Pipeline
  source: PipelineApp & {
    release: Release & { slug: { id: string } }
    /** Null if the platform does not tell of which commit the slug is. */
    commit: string | null
  }
  /** Of the slug, to be shown: its commit, else the slug itself. */
  shown: { id: string; short: string; subject: string }
  targets: PipelineApp[]
}

/**
 * Looks at the pipeline of an app. Changes nothing.
 * @param to stages or apps; the next stage if there are none
 * @throws ShipitError `not_found` if the app is in no pipeline, or has no release with code
 */
export async function findPromotion(
  api: PlatformApi,
  app: string,
  to: readonly string[],
): Promise<Promotion> {
  const coupling = await couplingOf(api, app)
  if (!coupling)
    throw new ShipitError('not_found', {
      message: `${app} is in no pipeline.`,
      next:
        `shipit pipelines create NAME --app ${app} --stage staging\n` +
        `shipit pipelines add NAME --app ${app} --stage staging`,
      details: { app },
    })
  const [pipeline, apps, release] = await Promise.all([
    getPipeline(api, coupling.pipeline.id),
    pipelineApps(api, coupling.pipeline.id),
    currentRelease(api, app),
  ])
  const source = apps.find((one) => one.app.id === coupling.app.id)
  if (!source) throw new Error(`the pipeline ${pipeline.name} does not list its app ${app}`)
  const targets = chooseTargets(apps, source, pipeline.name, to)
  if (!release?.slug)
    throw new ShipitError('not_found', {
      message: `${source.app.name} has no release to promote: no code was deployed to it yet.`,
      next: `shipit deploy --app ${source.app.name}`,
      details: { app: source.app.name },
    })
  const slug = await getSlug(api, app, release.slug.id)
  const id = slug.commit ?? slug.id
  return {
    pipeline,
    source: { ...source, release: { ...release, slug: release.slug }, commit: slug.commit },
    shown: { id, short: shortCommit(id), subject: firstLine(slug.commit_description) },
    targets,
  }
}

/** Heroku writes "* Author: subject" into it, of a build by git. */
const firstLine = (description: string | null | undefined): string =>
  description?.trim().split('\n', 1)[0] ?? ''
