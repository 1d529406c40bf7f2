import { Router } from 'express'
import { configChange } from '../config-change.js'
import type { ApiParts } from '../parts.js'
import { findRelease } from '../find-release.js'
import { appOf, bodyOf } from '../request.js'

export function configVarsRoutes({ store, releases }: ApiParts): Router {
  const routes = Router()

  routes.get('/apps/:app/config-vars', (request, response) => {
    response.json(appOf(store, request).config_vars)
  })

  routes.get('/apps/:app/releases/:release/config-vars', (request, response) => {
    response.json(findRelease(appOf(store, request), request.params.release).config_vars)
  })

  routes.patch('/apps/:app/config-vars', async (request, response) => {
    const app = appOf(store, request)
    const patch = bodyOf(request)
    await releases.begin(app.id, (current) => configChange(current.config_vars, patch))
    response.json(appOf(store, request).config_vars)
  })

  return routes
}
