import { ShipitError } from '../errors.js'
import { appPath } from './apps.js'
import type { PlatformApi, RequestOptions } from './client.js'
import { BUILD } from './shapes.js'
import type { Build } from './types.js'

export { streamOutput } from './output-stream.js'

/**
 * Newest first. The schema lists builds by `id` and `started_at`, and Heroku's own CLI plugin
 * (heroku-builds) by `created_at`: a platform that refuses the latter is asked for all of them.
 */
export async function listBuilds(
  api: PlatformApi,
  app: string,
  options: RequestOptions & { max?: number } = {},
): Promise<Build[]> {
  try {
    return await api.list<Build>(`${appPath(app)}/builds`, BUILD, {
      ...options,
      by: 'created_at',
      order: 'desc',
    })
  } catch (error) {
    if (!(error instanceof ShipitError) || error.details?.status !== RANGE_REFUSED) throw error
    const { max, ...rest } = options
    const all = await api.list<Build>(`${appPath(app)}/builds`, BUILD, rest)
    return all
      .sort((one, other) => Date.parse(other.created_at) - Date.parse(one.created_at))
      .slice(0, max)
  }
}

const RANGE_REFUSED = 416

/**
 * Cancels a build that runs (schema: build, "Cancel running build"; the variant is what
 * heroku-builds asks for). Answers with the build.
 * Throws ShipitError `refused` where it runs no more.
 */
export const cancelBuild = (api: PlatformApi, app: string, id: string, options?: RequestOptions) =>
  api.delete<Build>(`${appPath(app)}/builds/${encodeURIComponent(id)}`, BUILD, {
    ...options,
    variant: 'cancel-build',
  })

export const getBuild = (api: PlatformApi, app: string, id: string, options?: RequestOptions) =>
  api.get<Build>(`${appPath(app)}/builds/${encodeURIComponent(id)}`, BUILD, options)
