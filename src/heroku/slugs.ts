import { appPath } from './apps.js'
import type { PlatformApi } from './client.js'
import type { Slug } from './types.js'

export const getSlug = (api: PlatformApi, app: string, id: string) => api.get<Slug>(`${appPath(app)}/slugs/${encodeURIComponent(id)}`)
