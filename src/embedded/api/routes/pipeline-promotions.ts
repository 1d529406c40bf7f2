import { Router } from 'express'
import { currentRelease, slugOf } from '../../releases/releases.js'
import type {
  AppRecord,
  PromotionRecord,
  PromotionTargetRecord,
  ReleaseRecord,
  SlugRecord,
} from '../../store/records.js'
import { ApiError, Conflict, InvalidParams, NotFound } from '../api-error.js'
import { coupledIn, idIn, pipelineNamed } from '../coupling.js'
import type { ApiParts } from '../parts.js'
import { bodyOf, onlyFields, param, sendPage } from '../request.js'
import { findRelease } from './releases.js'

interface Promoted {
  app: Readonly<AppRecord>
  release: Readonly<ReleaseRecord>
  slug: Readonly<SlugRecord>
}

/**
 * The slug of one app of a pipeline becomes a release of others
 * (devcenter.heroku.com/articles/pipelines-using-the-platform-api). Stages do not matter here, as
 * on Heroku: who asks chooses the apps.
 */
export function promotionRoutes({ store, pipelines, builder, releases, log }: ApiParts): Router {
  const routes = Router()

  routes.post('/pipeline-promotions', async (request, response) => {
    const body = bodyOf(request)
    onlyFields(body, ['pipeline', 'source', 'targets'])
    const pipeline = pipelineNamed(pipelines, idIn(body.pipeline, 'pipeline'))
    const apps = coupledIn(store, pipelines, pipeline.id).map(({ app }) => app)
    const inPipeline = (value: unknown, field: string) => {
      const app = store.find(idIn((value as { app?: unknown } | undefined)?.app, field))
      if (!app) throw new NotFound('app')
      if (!apps.some(({ id }) => id === app.id))
        throw new Conflict(`App ${app.name} is not in pipeline ${pipeline.name}`)
      return app
    }
    const source = promotedOf(inPipeline(body.source, 'source.app'), body.source)
    const targets = targetsIn(body.targets).map((target) => inPipeline(target, 'targets.app'))
    if (targets.some(({ id }) => id === source.app.id))
      throw new Conflict(`Cannot promote app ${source.app.name} to itself`)
    const promotion = await pipelines.addPromotion({
      pipeline_id: pipeline.id,
      source: { app_id: source.app.id, release_id: source.release.id },
      targets: [...new Set(targets.map(({ id }) => id))],
    })
    for (const target of promotion.targets) void promote(promotion, target, source)
    response.status(201).json(serializePromotion(promotion))
  })

  const promote = async (
    promotion: PromotionRecord,
    target: PromotionTargetRecord,
    source: Promoted,
  ): Promise<void> => {
    try {
      const adopted = await builder.adopt(target.app_id, source.slug)
      const begun = await releases.begin(target.app_id, () => ({
        description: descriptionOf(source),
        slugId: adopted.id,
        adopted,
      }))
      if (!begun) throw new NotFound('release')
      await pipelines.settleTarget(promotion.id, target.id, { release_id: begun.release.id })
    } catch (error) {
      log(`promotion ${promotion.id} to app ${target.app_id}: ${String(error)}`)
      const message =
        error instanceof ApiError ? error.message : 'The slug could not be copied to the app'
      await pipelines
        .settleTarget(promotion.id, target.id, { error_message: message })
        .catch((second: unknown) => log(`promotion ${promotion.id}: ${String(second)}`))
    }
  }

  routes.get('/pipeline-promotions/:promotion', (request, response) => {
    response.json(serializePromotion(promotionOf(param(request, 'promotion'))))
  })

  routes.get('/pipeline-promotions/:promotion/promotion-targets', (request, response) => {
    const promotion = promotionOf(param(request, 'promotion'))
    sendPage(request, response, promotion.targets, { id: ({ id }) => id }, (target) => ({
      app: { id: target.app_id },
      id: target.id,
      pipeline_promotion: { id: promotion.id },
      release: target.release_id === null ? null : { id: target.release_id },
      ...stateOf(target),
    }))
  })

  const promotionOf = (id: string) => {
    const promotion = pipelines.findPromotion(id)
    if (!promotion) throw new NotFound('pipeline promotion')
    return promotion
  }

  const stateOf = ({ app_id, release_id, error_message }: Readonly<PromotionTargetRecord>) => {
    if (error_message !== null) return { status: 'failed', error_message }
    if (release_id === null) return { status: 'pending', error_message: null }
    const release = store.find(app_id)?.releases.find(({ id }) => id === release_id)
    if (!release) return { status: 'failed', error_message: "Couldn't find that app." }
    return {
      status: release.status,
      error_message: release.status === 'failed' ? 'The release command failed' : null,
    }
  }

  const serializePromotion = (promotion: Readonly<PromotionRecord>) => ({
    created_at: promotion.created_at,
    id: promotion.id,
    pipeline: { id: promotion.pipeline_id },
    source: {
      app: { id: promotion.source.app_id },
      release: { id: promotion.source.release_id },
    },
    status: promotion.targets.every((target) => stateOf(target).status !== 'pending')
      ? 'completed'
      : 'pending',
    updated_at: promotion.updated_at,
  })

  return routes
}

function targetsIn(targets: unknown): unknown[] {
  if (!Array.isArray(targets) || targets.length === 0)
    throw new InvalidParams('targets must be a list of one app or more')
  return targets
}

/**
 * What is promoted: the release that serves, or the one that is named
 * (devcenter.heroku.com/changelog-items/3408).
 */
function promotedOf(app: Readonly<AppRecord>, source: unknown): Promoted {
  const { release: named } = source as { release?: unknown }
  const release =
    named === undefined || named === null
      ? currentRelease(app)
      : findRelease(app, idIn(named, 'source.release'))
  if (release && release.status !== 'succeeded')
    throw new Conflict(
      `Cannot promote v${release.version} of app ${app.name}: it ${
        release.status === 'failed' ? 'failed' : 'is still pending'
      }`,
    )
  const slug = slugOf(app, release)
  if (!release || !slug) throw new Conflict(`App ${app.name} has no release to promote`)
  return { app, release, slug }
}

const descriptionOf = ({ app, release, slug }: Promoted): string =>
  [
    'Promote',
    app.name,
    `v${release.version}`,
    slug.commit?.slice(0, 8) ?? slug.id.slice(0, 8),
  ].join(' ')
