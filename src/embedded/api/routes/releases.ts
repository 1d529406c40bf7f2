import { Router, type Request } from 'express'
import { ApiError, InvalidParams, NotFound } from '../api-error.js'
import type { ReleaseChange } from '../../releases/releases.js'
import type { AppRecord, ReleaseRecord } from '../../store/types.js'
import { findRelease } from '../find-release.js'
import type { ApiParts } from '../parts.js'
import { appOf, bodyOf, param, sendPage } from '../request.js'
import { serializeImage, serializeRelease, serializeSlug } from '../serializers/release.js'

const FIELDS = {
  version: (release: ReleaseRecord) => release.version,
  id: (release: ReleaseRecord) => release.id,
}

export function releasesRoutes({ store, releases, urls, token }: ApiParts): Router {
  const routes = Router()
  const serialize =
    (app: Readonly<AppRecord>, request: Request) => (release: Readonly<ReleaseRecord>) =>
      serializeRelease(
        app,
        release,
        urls(),
        token,
        request.headers.accept?.includes('version=3.sdk'),
      )

  routes.get('/apps/:app/releases', (request, response) => {
    const app = appOf(store, request)
    sendPage(request, response, app.releases, FIELDS, serialize(app, request))
  })

  routes.get('/apps/:app/releases/:release', (request, response) => {
    const app = appOf(store, request)
    response.json(serialize(app, request)(findRelease(app, param(request, 'release'))))
  })

  /** `{release}` goes back to a release; `{slug}` releases a slug that a build made. */
  routes.post('/apps/:app/releases', async (request, response) => {
    const app = appOf(store, request)
    const { release, slug: given, oci_image: image, description } = bodyOf(request)
    // An image is what Fir has for a slug; here both are the same.
    const slug = given ?? image
    if (release === undefined && slug === undefined)
      throw new InvalidParams('release or slug is required')
    const begun = await releases.begin(app.id, (now) =>
      release === undefined ? promotion(now, slug, description) : rollback(now, release),
    )
    if (!begun) throw new NotFound('release')
    response.status(201).json(serialize(appOf(store, request), request)(begun.release))
  })

  routes.get('/apps/:app/slugs/:slug', (request, response) => {
    const app = appOf(store, request)
    const slug = app.slugs.find((one) => one.id === param(request, 'slug'))
    if (!slug || app.generation === 'fir') throw new NotFound('slug')
    response.json(serializeSlug(slug))
  })

  // A list of one, as Heroku's own CLI reads it (lib/buildpacks).
  routes.get('/apps/:app/oci-images/:image', (request, response) => {
    const app = appOf(store, request)
    const slug = app.slugs.find((one) => one.id === param(request, 'image'))
    if (!slug || app.generation !== 'fir') throw new NotFound('oci image')
    response.json([serializeImage(slug)])
  })

  return routes
}

function rollback(app: Readonly<AppRecord>, identity: unknown): ReleaseChange {
  const target = findRelease(app, identity)
  if (target.status !== 'succeeded')
    throw new ApiError(
      422,
      'invalid_params',
      `Cannot roll back to v${target.version}: that release ` +
        `${target.status === 'failed' ? 'failed' : 'is still pending'}.`,
    )
  if (target.slug_id === null)
    throw new ApiError(
      422,
      'invalid_params',
      `Cannot roll back to v${target.version}: that release had no slug.`,
    )
  return {
    description: `Rollback to v${target.version}`,
    slugId: target.slug_id,
    configVars: { ...target.config_vars },
  }
}

function promotion(
  app: Readonly<AppRecord>,
  identity: unknown,
  description: unknown,
): ReleaseChange {
  const slug = app.slugs.find((one) => one.id === identity)
  if (!slug) throw new NotFound('slug')
  return {
    description:
      typeof description === 'string' && description
        ? description
        : `Deploy ${slug.commit?.slice(0, 8) ?? slug.id.slice(0, 8)}`,
    slugId: slug.id,
  }
}
