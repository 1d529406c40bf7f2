import { type Request, Router } from 'express'
import { dynoSize } from '../../../lib/dyno-sizes.js'
import type { AppRecord } from '../../store/records.js'
import { ApiError, InvalidParams, NotFound } from '../api-error.js'
import { FEATURES, type FeatureName, isFeatureOn } from '../features.js'
import { stableId } from '../identity.js'
import type { ApiParts } from '../parts.js'
import { appOf, bodyOf, param, sendPage } from '../request.js'

const NAMES = Object.keys(FEATURES) as FeatureName[]
const FIELDS = {
  id: (name: FeatureName) => stableId(`feature ${name}`),
  name: (name: FeatureName) => name,
}

export function featuresRoutes({ store, dynos, logplex }: ApiParts): Router {
  const routes = Router()

  const featureOf = (request: Request): FeatureName => {
    const identity = param(request, 'feature')
    const name = NAMES.find((one) => one === identity || stableId(`feature ${one}`) === identity)
    if (!name) throw new NotFound('app feature')
    return name
  }

  routes.get('/apps/:app/features', (request, response) => {
    const app = appOf(store, request)
    sendPage(request, response, NAMES, FIELDS, (name) => serializeFeature(app, name))
  })

  routes.get('/apps/:app/features/:feature', (request, response) => {
    response.json(serializeFeature(appOf(store, request), featureOf(request)))
  })

  routes.patch('/apps/:app/features/:feature', async (request, response) => {
    const app = appOf(store, request)
    const name = featureOf(request)
    const { enabled } = bodyOf(request)
    if (typeof enabled !== 'boolean') throw new InvalidParams('enabled must be true or false')
    if (name === 'preboot' && enabled) checkPreboot(app)
    if (name === 'http-routing-2-dot-0' && !enabled) checkRouter(app)
    const updated = await store.update(app.id, (draft) => {
      draft.features[name] = { enabled, updated_at: new Date().toISOString() }
      return draft
    })
    logplex.append(app.id, {
      time: Date.now(),
      source: 'app',
      dyno: 'api',
      message: `Feature ${name} ${enabled ? 'enabled' : 'disabled'}`,
    })
    dynos.reconcile(app.id, 'formation')
    response.json(serializeFeature(updated, name))
  })

  return routes
}

/** https://devcenter.heroku.com/articles/preboot: Standard and Performance dynos only. */
function checkPreboot(app: Readonly<AppRecord>): void {
  const web = app.formation.web
  if (web && dynoSize(web.size)?.preboot === false)
    throw new ApiError(
      422,
      'invalid_params',
      `Preboot is not available for ${web.size} dynos, but for Standard and Performance dynos.`,
    )
}

/**
 * https://devcenter.heroku.com/articles/http-routing#enable-and-disable-router-2-0: not on Eco and
 * Basic.
 */
function checkRouter(app: Readonly<AppRecord>): void {
  const size = Object.values(app.formation).find((one) => ['Eco', 'Basic'].includes(one.size))?.size
  if (size !== undefined)
    throw new ApiError(
      422,
      'invalid_params',
      `Router 2.0 can't be disabled for apps with ${size} dynos.`,
    )
}

function serializeFeature(app: Readonly<AppRecord>, name: FeatureName) {
  const state = app.features[name]
  return {
    created_at: app.created_at,
    description: FEATURES[name].description,
    display_name: FEATURES[name].display_name,
    doc_url: FEATURES[name].doc_url,
    enabled: isFeatureOn(app, name),
    feedback_email: 'you@shipit.localhost',
    id: stableId(`feature ${name}`),
    name,
    state: FEATURES[name].state,
    updated_at: state?.updated_at ?? app.created_at,
  }
}
