import { Router } from 'express'
import { param } from '../request.js'

/**
 * The buildpack registry as far as Heroku's CLI asks it, before it sets a buildpack that is given by name (HEROKU_BUILDPACK_REGISTRY_URL; no token is
 * sent: @heroku/buildpack-registry). Every name is known; the platform says which ones it builds with as soon as one is set.
 */
export function buildpackRegistryRoutes(): Router {
  const routes = Router()
  routes.get('/buildpacks/:name', (request, response) => {
    const name = param(request, 'name')
    response.json({ name, blob_url: `urn:buildpack:${name}` })
  })
  return routes
}
