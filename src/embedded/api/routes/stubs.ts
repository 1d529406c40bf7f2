import { Router, type Request } from 'express'
import { ApiError, InvalidParams } from '../api-error.js'
import { currentRelease, slugOf } from '../../releases/releases.js'
import type { AppRecord } from '../../store/records.js'
import type { ApiParts } from '../parts.js'
import { appOf, bodyOf, textOf } from '../request.js'
import { appRef, user } from './apps.js'
import { anyOf } from '../../../lib/any-of.js'

/** heroku/nodejs by its name, its URN and its repository. */
const NODEJS = anyOf([
  /^(urn:buildpack:)?heroku\/nodejs$/,
  /heroku-buildpack-nodejs(\.git)?(#.*)?$/,
  /buildpack-registry\.s3\.amazonaws\.com\/buildpacks\/heroku\/nodejs\.tgz$/,
])

export const noBuildpack = (name: string): ApiError =>
  new ApiError(
    501,
    'not_implemented',
    `The embedded Heroku has no buildpack ${name} yet: it builds every app as heroku/nodejs does.`,
  )

/** What the official CLI asks for beside an app, and of which this platform has none or one. */
export function stubRoutes({ store }: ApiParts): Router {
  const routes = Router()
  const none = (request: Request, response: { json(body: unknown): void }) => {
    appOf(store, request)
    response.json([])
  }

  // Lists of what no app here has any of: what adds to one is refused by name (absent.ts).
  routes.get(
    [
      '/apps/:app/ssl-endpoints',
      '/apps/:app/sni-endpoints',
      '/apps/:app/telemetry-drains',
      '/apps/:app/review-app',
    ],
    none,
  )
  routes.get(
    ['/account/app-transfers', '/enterprise-accounts', '/account/invoices'],
    (_request, response) => {
      response.json([])
    },
  )

  routes.get('/apps/:app/collaborators', (request, response) => {
    const app = appOf(store, request)
    response.json([
      {
        app: appRef(app),
        created_at: app.created_at,
        id: app.id,
        permissions: [],
        role: 'owner',
        updated_at: app.created_at,
        user: { ...user(), federated: false },
      },
    ])
  })

  const installations = (app: Readonly<AppRecord>) =>
    (app.buildpacks ?? (slugOf(app, currentRelease(app)) ? ['heroku/nodejs'] : [])).map(
      (name, ordinal) => ({ ordinal, buildpack: { name, url: name } }),
    )

  routes.get('/apps/:app/buildpack-installations', (request, response) => {
    response.json(installations(appOf(store, request)))
  })

  routes.put('/apps/:app/buildpack-installations', async (request, response) => {
    const app = appOf(store, request)
    const { updates } = bodyOf(request)
    if (!Array.isArray(updates)) throw new InvalidParams('updates must be a list')
    const asked = updates.map((update: unknown) =>
      textOf((update as { buildpack?: unknown } | null)?.buildpack),
    )
    const other = asked.find((buildpack) => !NODEJS.test(buildpack))
    if (other !== undefined) throw noBuildpack(other.replace(/^urn:buildpack:/, ''))
    const updated = await store.update(app.id, (draft) => {
      draft.buildpacks = asked.length === 0 ? [] : ['heroku/nodejs']
      return draft
    })
    response.json(installations(updated))
  })

  return routes
}
