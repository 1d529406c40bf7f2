import path from 'node:path'
import { Router } from 'express'
import { ApiError, InvalidParams, NotFound } from '../api-error.js'
import type { AppRecord, BuildRecord } from '../../store/records.js'
import { fetchSource } from '../fetch-source.js'
import type { ApiParts, Urls } from '../parts.js'
import { appOf, bodyOf, param, sendPage } from '../request.js'
import { sourceIdOf } from './sources.js'
import type { SourceBlobs } from '../source-blobs.js'
import { stackOf } from '../place.js'
import { user } from './apps.js'
import { streamUrl } from './streams.js'

/**
 * The schema lists builds by id and started_at; heroku-builds, Heroku's own, asks by created_at.
 */
const FIELDS = {
  id: (build: BuildRecord) => build.id,
  created_at: (build: BuildRecord) => build.created_at,
  started_at: (build: BuildRecord) => build.created_at,
}

export function buildsRoutes(
  { store, builder, folders, limits, urls, token }: ApiParts,
  blobs: SourceBlobs,
): Router {
  const routes = Router()

  routes.get('/apps/:app/builds', (request, response) => {
    const app = appOf(store, request)
    sendPage(request, response, app.builds, FIELDS, (build) =>
      serializeBuild(app, build, urls(), token),
    )
  })

  routes.get('/apps/:app/builds/:build', (request, response) => {
    const app = appOf(store, request)
    const build = app.builds.find((one) => one.id === param(request, 'build'))
    if (!build) throw new NotFound('build')
    response.json(serializeBuild(app, build, urls(), token))
  })

  routes.post('/apps/:app/builds', async (request, response) => {
    const app = appOf(store, request)
    const source = bodyOf(request).source_blob as Record<string, unknown> | undefined
    if (typeof source !== 'object' || source === null || typeof source.url !== 'string')
      throw new InvalidParams('source_blob.url is required')
    const optional = (name: string): string | null => {
      const value = source[name] ?? null
      if (value !== null && typeof value !== 'string')
        throw new InvalidParams(`source_blob.${name} must be a string`)
      return value
    }
    const commit = optional('version')
    const commitDescription = optional('version_description')
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const archive = await fetchSource(source.url, {
      folder: path.join(folders.builds, 'incoming'),
      checksum: optional('checksum'),
      time: limits.buildTimeout,
      signal: gone.signal,
    })
    // The build has a copy of its own; nobody else is to need an upload.
    const uploaded = sourceIdOf(source.url, { urls })
    if (uploaded !== undefined) await blobs.remove(uploaded)
    const { build } = await builder.start({ appId: app.id, archive, commit, commitDescription })
    response.status(201).json(serializeBuild(appOf(store, request), build, urls(), token))
  })

  // Schema: build, "Cancel running build". Its answer is the build; what Heroku says of one that
  // runs no more is not documented.
  routes.delete('/apps/:app/builds/:build', async (request, response) => {
    const app = appOf(store, request)
    const id = param(request, 'build')
    if (!app.builds.some((one) => one.id === id)) throw new NotFound('build')
    if (!(await builder.cancel(app.id, id)))
      throw new ApiError(422, 'invalid_params', 'This build cannot be cancelled: it runs no more.')
    const after = appOf(store, request)
    response.json(
      serializeBuild(
        after,
        after.builds.find((one) => one.id === id)!,
        urls(),
        token,
      ),
    )
  })

  return routes
}

function serializeBuild(
  app: Readonly<AppRecord>,
  build: Readonly<BuildRecord>,
  urls: Urls,
  token: string,
) {
  const slug = app.slugs.find((one) => one.id === build.slug_id)
  return {
    app: { id: app.id },
    buildpacks: slug
      ? [{ name: 'heroku/nodejs', url: 'https://github.com/heroku/heroku-buildpack-nodejs' }]
      : null,
    created_at: build.created_at,
    generation: app.generation,
    id: build.id,
    output_stream_url: streamUrl(urls, token, `/streams/builds/${app.id}/${build.id}`),
    release: build.release_id === null ? null : { id: build.release_id },
    slug: build.slug_id === null || app.generation === 'fir' ? null : { id: build.slug_id },
    source_blob: {
      checksum: null,
      url: `${urls.gitUrl}/${app.name}.git`,
      version: build.commit,
      version_description: build.commit_description,
    },
    stack: stackOf(app),
    status: build.status,
    updated_at: build.updated_at,
    user: user(),
  }
}
