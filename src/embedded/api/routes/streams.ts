import { Router, type Request, type Response } from 'express'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { NotFound } from '../api-error.js'
import { isSameSecret } from '../../../lib/same-secret.js'
import { signatureOf } from '../guard.js'
import type { ApiParts, Urls } from '../parts.js'
import { param } from '../request.js'

/** Output of builds and release phases, so far and then live. No token: the URL is signed. */
export function streamRoutes({ store, builder, output, token, log }: ApiParts): Router {
  const routes = Router()

  const checkSignature = (request: Request) => {
    const path = request.path.slice(0, request.path.lastIndexOf('/'))
    if (!isSameSecret(param(request, 'signature'), signatureOf(path, token)))
      throw new NotFound('stream')
  }

  const send = async (response: Response, chunks: AsyncIterable<Buffer>) => {
    response.setHeader('Content-Type', 'text/plain; charset=utf-8')
    response.setHeader('Cache-Control', 'no-store')
    response.flushHeaders()
    try {
      await pipeline(Readable.from(chunks), response)
    } catch (error) {
      // The reader went away: nobody is left to tell.
      if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE')
        log(`a stream of output ended early: ${(error as Error).message}`)
    }
  }

  routes.get('/streams/builds/:app/:build/:signature', async (request, response) => {
    checkSignature(request)
    const app = store.find(param(request, 'app'))
    if (!app?.builds.some((build) => build.id === param(request, 'build')))
      throw new NotFound('build')
    await send(response, builder.follow(app.id, param(request, 'build')))
  })

  routes.get('/streams/releases/:app/:release/:signature', async (request, response) => {
    checkSignature(request)
    if (!store.find(param(request, 'app'))) throw new NotFound('app')
    await send(response, output.follow(param(request, 'release')))
  })

  return routes
}

/**
 * A stream's URL is readable without the token, for an hour-long tail or a browser, so it carries a
 * signature.
 */
export const streamUrl = (urls: Urls, token: string, path: string) =>
  `${urls.apiUrl}${path}/${signatureOf(path, token)}`
