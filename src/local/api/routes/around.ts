import { Router, type Request } from 'express'
import { ApiError, NotFound } from '../../api-error.js'
import { currentRelease, slugOf } from '../../releases.js'
import type { ApiParts } from '../parts.js'
import { appOf } from '../request.js'
import { appRef, user } from '../serializers/app.js'

/** What the official CLI asks for beside an app, and of which this platform has none or one. */
export function aroundRoutes({ store }: ApiParts): Router {
  const routes = Router()
  const none = (request: Request, response: { json(body: unknown): void }) => {
    appOf(store, request)
    response.json([])
  }

  routes.get(['/apps/:app/addons', '/apps/:app/addon-attachments', '/apps/:app/ssl-endpoints', '/apps/:app/sni-endpoints', '/apps/:app/log-drains', '/apps/:app/webhooks'], none)

  routes.get('/apps/:app/pipeline-couplings', (request) => {
    appOf(store, request)
    throw new NotFound('pipeline coupling')
  })

  routes.get('/apps/:app/collaborators', (request, response) => {
    const app = appOf(store, request)
    response.json([{ app: appRef(app), created_at: app.created_at, id: app.id, permissions: [], role: 'owner', updated_at: app.created_at, user: { ...user(), federated: false } }])
  })

  routes.get('/apps/:app/buildpack-installations', (request, response) => {
    const app = appOf(store, request)
    const slug = slugOf(app, currentRelease(app))
    response.json(slug ? [{ ordinal: 0, buildpack: { url: 'heroku/nodejs', name: 'heroku/nodejs' } }] : [])
  })

  routes.put('/apps/:app/buildpack-installations', (request) => {
    appOf(store, request)
    throw new ApiError(501, 'not_implemented', 'The embedded Heroku builds every app as heroku/nodejs does.')
  })

  return routes
}
