/**
 * Sources: how files get to a build without git
 * (https://devcenter.heroku.com/articles/build-and-release-using-the-api).
 */

import { ShipitError } from '../errors.js'
import { appPath } from './apps.js'
import type { PlatformApi, RequestOptions } from './client.js'
import { connectionError } from './errors.js'
import { fetchFor } from './proxy.js'
import { BUILD, SOURCE } from './shapes.js'
import type { Build } from './types.js'

interface Source {
  source_blob: { get_url: string; put_url: string }
}

export const createSource = (api: PlatformApi, options?: RequestOptions) =>
  api.post<Source>('/sources', SOURCE, undefined, options)

/**
 * Uploads to a signed URL: it needs no token, and is itself a secret, so no error names more of it
 * than the host.
 */
export async function uploadSource(
  url: string,
  archive: Buffer,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const send = await fetchFor(url)
  const { host } = new URL(url)
  // No content type: it would be part of what the URL's signature is for.
  const response = await send(url, { method: 'PUT', body: new Uint8Array(archive), signal }).catch(
    (error: unknown) => {
      signal.throwIfAborted()
      throw connectionError(
        error,
        { apiUrl: `https://${host}`, label: 'The store for sources' },
        { method: 'PUT', path: '(the source)', mayHaveActed: false },
      )
    },
  )
  if (!response.ok)
    throw new ShipitError('refused', {
      message: `${host} did not take the source: it answered ${response.status}.`,
      next: 'Deploy again. If it happens again, deploy a commit.',
    })
}

/** Begins a build of a source; `version` is what the slug's commit will be. */
export const createBuild = (
  api: PlatformApi,
  app: string,
  source: { url: string; version: string },
  options?: RequestOptions,
) => api.post<Build>(`${appPath(app)}/builds`, BUILD, { source_blob: source }, options)
