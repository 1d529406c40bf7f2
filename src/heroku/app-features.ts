import { appPath } from './apps.js'
import type { PlatformApi } from './client.js'
import { APP_FEATURE } from './shapes.js'
import type { AppFeature } from './types.js'

const featurePath = (app: string, name: string) =>
  `${appPath(app)}/features/${encodeURIComponent(name)}`

export const listAppFeatures = (api: PlatformApi, app: string) =>
  api.list<AppFeature>(`${appPath(app)}/features`, APP_FEATURE)

/** By name, such as `preboot`. */
export const getAppFeature = (api: PlatformApi, app: string, name: string) =>
  api.get<AppFeature>(featurePath(app, name), APP_FEATURE)

export const updateAppFeature = (api: PlatformApi, app: string, name: string, enabled: boolean) =>
  api.patch<AppFeature>(featurePath(app, name), APP_FEATURE, { enabled })
