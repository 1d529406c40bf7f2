/**
 * The Platform API v3 (devcenter.heroku.com/articles/platform-api-reference) over the services of
 * the embedded Heroku.
 */
import { randomUUID } from 'node:crypto'
import { stat } from 'node:fs/promises'
import express, { type ErrorRequestHandler, type Express } from 'express'
import { ApiError, asTold, describe, InvalidParams, NotFound, storageError } from './api-error.js'
import { isExpired } from './authorizations.js'
import { RateLimit, authorised, loopbackOnly } from './guard.js'
import { journal } from './journal.js'
import type { ApiParts } from './parts.js'
import { bodyOf } from './request.js'
import { accountRoutes } from './routes/account.js'
import { addonAttachmentsRoutes } from './routes/addon-attachments.js'
import { addonDataRoutes } from './routes/addon-data.js'
import { addonPageRoutes } from './routes/addon-page.js'
import { addonServicesRoutes } from './routes/addon-services.js'
import { addonsRoutes } from './routes/addons.js'
import { appsRoutes } from './routes/apps.js'
import { stubRoutes } from './routes/stubs.js'
import { buildpackRegistryRoutes } from './routes/buildpack-registry.js'
import { buildsRoutes } from './routes/builds.js'
import { configVarsRoutes } from './routes/config-vars.js'
import { domainsRoutes } from './routes/domains.js'
import { dynosRoutes } from './routes/dynos.js'
import { featuresRoutes } from './routes/features.js'
import { absentRoutes } from './routes/absent.js'
import { hooksRoutes } from './routes/hooks.js'
import { oauthRoutes } from './routes/oauth.js'
import { placeRoutes } from './routes/places.js'
import { spaceRoutes } from './routes/spaces.js'
import { teamRoutes } from './routes/teams.js'
import { formationRoutes } from './routes/formation.js'
import { logSessionRoutes } from './routes/log-sessions.js'
import { pipelineRoutes } from './routes/pipelines.js'
import { couplingRoutes } from './routes/pipeline-couplings.js'
import { promotionRoutes } from './routes/pipeline-promotions.js'
import { releasesRoutes } from './routes/releases.js'
import { sourceRoutes } from './routes/sources.js'
import { streamRoutes } from './routes/streams.js'
import { SourceBlobs } from './source-blobs.js'

export type { ApiParts, Urls } from './parts.js'
export { webUrl } from './routes/apps.js'

const DOCS = 'https://devcenter.heroku.com/articles/platform-api-reference'

/**
 * An express app for everything but git. It answers loopback names only, and asks for the token but
 * if a URL is itself a secret.
 */
export function createApi(parts: ApiParts): Express {
  const api = express()
  api.disable('x-powered-by')
  api.set('query parser', 'simple')
  const limit = new RateLimit()

  api.use(loopbackOnly, (request, response, next) => {
    const given = request.headers['request-id']
    response.setHeader(
      'Request-Id',
      typeof given === 'string' && /^[\w,-]{1,200}$/.test(given) ? given : randomUUID(),
    )
    next()
  })
  api.use('/git', (request, response) => {
    parts.git(request, response)
  })
  if (parts.journal !== undefined) api.use(journal(parts.journal))
  const logSessions = logSessionRoutes(parts)
  const blobs = new SourceBlobs(parts.folders, parts.now)
  const sources = sourceRoutes(parts, blobs)
  api.use(
    buildpackRegistryRoutes(async () => (await stat(parts.folders.root)).birthtime.toISOString()),
    streamRoutes(parts),
    addonPageRoutes(parts),
    logSessions.open,
    sources.open,
    authorised(parts.token, () =>
      parts.authorizations
        .list()
        .filter((one) => !isExpired(one, parts.now?.()))
        .map(({ token }) => token),
    ),
  )
  api.get('/account/rate-limits', (_request, response) => {
    response.json({ remaining: limit.remaining })
  })
  api.use((_request, response, next) => {
    response.setHeader('RateLimit-Remaining', String(limit.take()))
    next()
  })
  // Some clients send JSON under another type or none; there is no other kind of body here.
  api.use(express.json({ type: () => true, limit: '1mb' }))
  api.get('/shipit/status', (_request, response) => {
    response.json(parts.status())
  })
  api.put('/shipit/generation', async (request, response) => {
    const { generation } = bodyOf(request)
    if (generation !== 'cedar' && generation !== 'fir')
      throw new InvalidParams('generation must be cedar or fir')
    await parts.setGeneration(generation)
    response.json({ generation })
  })
  api.get('/shipit/certificate', async (_request, response) => {
    response.json({ certificate: (await parts.certificate()).cert })
  })
  for (const routes of [
    accountRoutes,
    appsRoutes,
    addonServicesRoutes,
    addonsRoutes,
    addonAttachmentsRoutes,
    addonDataRoutes,
    configVarsRoutes,
    formationRoutes,
    dynosRoutes,
    placeRoutes,
    teamRoutes,
    spaceRoutes,
    oauthRoutes,
    hooksRoutes,
    releasesRoutes,
    pipelineRoutes,
    couplingRoutes,
    promotionRoutes,
    featuresRoutes,
    domainsRoutes,
    stubRoutes,
  ]) {
    api.use(routes(parts))
  }
  api.use(buildsRoutes(parts, blobs), sources.authorised, logSessions.authorised)
  api.use(absentRoutes(parts))
  api.use(() => {
    throw new NotFound('resource')
  })
  api.use(answerError(parts))
  return api
}

/**
 * Every failure as the API's `{id, message, url}`. What nobody meant for the caller is logged in
 * full and answered without detail.
 */
function answerError({ log, folders }: ApiParts): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      log(`${request.method} ${request.path} failed after its answer began: ${describe(error)}`)
      next(error)
      return
    }
    const what = `${request.method} ${request.path}`
    const { status, id, message, details } =
      unreadable(error, folders.root) ?? asTold(error, { root: folders.root, what, log })
    response.status(status).json({ ...details, id, message, url: `${DOCS}#errors` })
  }
}

/** A call that cannot be understood, by what express and its body parser throw. */
function unreadable(error: unknown, root: string): ApiError | undefined {
  // The body parser marks what the disk refuses as the caller's own.
  if (error instanceof ApiError || storageError(error, root)) return undefined
  // The body parser's complaints, as http-errors marks them: no JSON, too large, aborted, not compressed as it says.
  const { status, expose } = error as { status?: number; expose?: boolean }
  if (error instanceof Error && expose === true && status !== undefined && status < 500)
    return new ApiError(status, 'bad_request', `The body cannot be read: ${error.message}`)
  if (error instanceof URIError)
    return new ApiError(400, 'bad_request', 'The path cannot be decoded.')
  return undefined
}
