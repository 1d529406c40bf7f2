import { appPath } from './apps.js'
import type { PlatformApi, RequestOptions } from './client.js'
import type { Build } from './types.js'

export { streamOutput } from './output-stream.js'

/** Newest first. */
export async function listBuilds(api: PlatformApi, app: string, options: RequestOptions & { max?: number } = {}): Promise<Build[]> {
  return api.list<Build>(`${appPath(app)}/builds`, { ...options, by: 'created_at', order: 'desc' })
}

export const getBuild = (api: PlatformApi, app: string, id: string, options?: RequestOptions) =>
  api.get<Build>(`${appPath(app)}/builds/${encodeURIComponent(id)}`, options)
