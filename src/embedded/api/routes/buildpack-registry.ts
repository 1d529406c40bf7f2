import { Router, type Request } from 'express'
import { noBuildpack } from './stubs.js'
import { param } from '../request.js'

/**
 * What this platform builds with, in the words of the registry: it does as this commit of
 * heroku/heroku-buildpack-nodejs does (see build/).
 */
const NODEJS = {
  name: 'nodejs',
  namespace: 'heroku',
  category: 'languages',
  description: 'Node.js, built by the embedded Heroku as heroku/nodejs builds it',
  support: { method: 'github' },
  source: { type: 'github', owner: 'heroku', repo: 'heroku-buildpack-nodejs' },
  two_factor_authentication: false,
}
const REVISION = { release: 1, ref: '4f394e9', status: 'published', license: 'MIT' }
const README =
  'The embedded Heroku has this buildpack alone, and as a part of itself: it does what ' +
  'heroku/nodejs does to an app.'

/**
 * The buildpack registry as far as Heroku's CLI asks it (HEROKU_BUILDPACK_REGISTRY_URL; no token is
 * sent: @heroku/buildpack-registry): for the list, the details and the versions, and before it sets
 * a buildpack that is given by name. There every name is known: the platform says which ones it
 * builds with as soon as one is set.
 * @param since when the state of this platform was made
 */
export function buildpackRegistryRoutes(since: () => Promise<string>): Router {
  const routes = Router()
  routes.get('/buildpacks', ({ query }, response) => {
    response.json(isAskedFor(query) ? [NODEJS] : [])
  })
  routes.get('/buildpacks/:name', (request, response) => {
    const name = param(request, 'name')
    response.json({ ...(isNodejs(name) ? NODEJS : {}), name, blob_url: `urn:buildpack:${name}` })
  })
  routes.get('/buildpacks/:name/revisions', async (request, response) => {
    onlyNodejs(request)
    response.json([{ ...REVISION, created_at: await since() }])
  })
  routes.get('/buildpacks/:name/readme', (request, response) => {
    onlyNodejs(request)
    response.json({ content: Buffer.from(README).toString('base64'), encoding: 'base64' })
  })
  return routes
}

const isNodejs = (name: string): boolean => name === `${NODEJS.namespace}/${NODEJS.name}`

function onlyNodejs(request: Request): void {
  const name = param(request, 'name')
  if (!isNodejs(name)) throw noBuildpack(name)
}

/** `in[namespace][]`, `in[name][]` and `like[description]`, each of which may be absent. */
function isAskedFor(query: Request['query']): boolean {
  const among = (key: string, value: string) =>
    query[key] === undefined || [query[key]].flat().includes(value)
  const like = query['like[description]']
  return (
    among('in[namespace][]', NODEJS.namespace) &&
    among('in[name][]', NODEJS.name) &&
    (typeof like !== 'string' || NODEJS.description.toLowerCase().includes(like.toLowerCase()))
  )
}
