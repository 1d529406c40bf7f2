import { appPath } from './apps.js'
import type { PlatformApi, RequestOptions } from './client.js'
import type { Release } from './types.js'

/** Newest first. */
export const listReleases = (api: PlatformApi, app: string, options: RequestOptions & { max?: number } = {}) =>
  api.list<Release>(`${appPath(app)}/releases`, { ...options, by: 'version', order: 'desc' })

/** By id or by version number. */
export const getRelease = (api: PlatformApi, app: string, release: string | number, options?: RequestOptions) =>
  api.get<Release>(`${appPath(app)}/releases/${encodeURIComponent(release)}`, options)

/** The release that serves; undefined before the first. */
export async function currentRelease(api: PlatformApi, app: string): Promise<Release | undefined> {
  const recent = await listReleases(api, app, { max: 20 })
  return recent.find(({ current }) => current) ?? (await listReleases(api, app)).find(({ current }) => current)
}

/** Makes a new release of what `releaseId` was: its slug and its config vars. */
export const rollbackTo = (api: PlatformApi, app: string, releaseId: string) =>
  api.post<Release>(`${appPath(app)}/releases`, { release: releaseId })
