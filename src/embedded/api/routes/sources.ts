import { Router, type Request } from 'express'
import { pipeline } from 'node:stream/promises'
import { NotFound } from '../api-error.js'
import { isSameSecret } from '../../../lib/same-secret.js'
import { signatureOf } from '../guard.js'
import type { ApiParts } from '../parts.js'
import { appOf, param } from '../request.js'
import type { SourceBlobs } from '../source-blobs.js'

const ID = /^[0-9a-f-]{36}$/

/** The id of a source that is behind a URL of this platform; undefined for any other URL. */
export function sourceIdOf(url: string, { urls }: Pick<ApiParts, 'urls'>): string | undefined {
  const prefix = `${urls().apiUrl}/sources/`
  const id = url.startsWith(prefix) ? url.slice(prefix.length).split('/')[0] : undefined
  return id !== undefined && ID.test(id) ? id : undefined
}

/**
 * Places for a source, by a URL that is good without the token: it is signed, and its id cannot be
 * guessed.
 */
export function sourceRoutes(
  { store, token, urls, log }: ApiParts,
  blobs: SourceBlobs,
): { authorised: Router; open: Router } {
  const authorised = Router()
  const open = Router()

  const create = async () => {
    const at = `/sources/${await blobs.create()}`
    const url = `${urls().apiUrl}${at}/${signatureOf(at, token)}`
    return { source_blob: { get_url: url, put_url: url } }
  }
  authorised.post('/sources', async (_request, response) => {
    response.status(201).json(await create())
  })
  authorised.post('/apps/:app/sources', async (request, response) => {
    appOf(store, request)
    response.status(201).json(await create())
  })

  const signedId = (request: Request): string => {
    const id = param(request, 'source')
    if (
      !ID.test(id) ||
      !isSameSecret(param(request, 'signature'), signatureOf(`/sources/${id}`, token))
    )
      throw new NotFound('source')
    return id
  }
  open.put('/sources/:source/:signature', async (request, response) => {
    await blobs.write(signedId(request), request)
    response.status(200).end()
  })
  open.get('/sources/:source/:signature', async (request, response) => {
    const source = await blobs.read(signedId(request))
    response.setHeader('Content-Type', 'application/octet-stream')
    try {
      await pipeline(source, response)
    } catch (error) {
      // The reader went away: nobody is left to tell.
      if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE')
        log(`a source could not be read to its end: ${(error as Error).message}`)
    }
  })

  return { authorised, open }
}
