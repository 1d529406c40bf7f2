import type { PlatformApi } from './client.js'
import type { App } from './types.js'

export interface NewApp { name?: string; region?: string }
export interface AppChanges { maintenance?: boolean }

export const appPath = (app: string) => `/apps/${encodeURIComponent(app)}`

export const getApp = (api: PlatformApi, app: string) => api.get<App>(appPath(app))

/** Every app that the account owns or works on. */
export const listApps = (api: PlatformApi) => api.list<App>('/apps')

/** Without a name the platform makes one up. */
export const createApp = (api: PlatformApi, wanted: NewApp = {}) => api.post<App>('/apps', wanted)

export const updateApp = (api: PlatformApi, app: string, changes: AppChanges) => api.patch<App>(appPath(app), changes)

/** For good: app, releases and config vars. */
export const destroyApp = (api: PlatformApi, app: string) => api.delete<App>(appPath(app))
