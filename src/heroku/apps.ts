import type { PlatformApi, RequestOptions } from './client.js'
import { ACCOUNT, APP, APP_FEATURE, DOMAIN } from './shapes.js'
import type { Account, App, AppFeature, Domain } from './types.js'

/**
 * Where an app is made; in an account's own place on the Common Runtime if nothing says otherwise.
 */
export interface Place {
  region?: string | undefined
  team?: string | undefined
  space?: string | undefined
}
export interface NewApp extends Place {
  name?: string | undefined
}
export interface AppChanges {
  maintenance?: boolean
}

export const appPath = (app: string) => `/apps/${encodeURIComponent(app)}`

export const getApp = (api: PlatformApi, app: string) => api.get<App>(appPath(app), APP)

/** Every app that the account owns or works on. */
export const listApps = (api: PlatformApi, options?: RequestOptions) =>
  api.list<App>('/apps', APP, options)

/**
 * Without a name the platform makes one up. Apps of a team or a space are made elsewhere (schema:
 * team-app).
 */
export const createApp = (api: PlatformApi, wanted: NewApp = {}) =>
  api.post<App>(
    wanted.team === undefined && wanted.space === undefined ? '/apps' : '/teams/apps',
    APP,
    wanted,
  )

/**
 * Of Heroku's newer generation, of which logs, names and releases differ
 * (devcenter.heroku.com/articles/generations).
 */
export const isFir = ({ generation }: App): boolean => generation?.name === 'fir'

export const updateApp = (api: PlatformApi, app: string, changes: AppChanges) =>
  api.patch<App>(appPath(app), APP, changes)

/** For good: app, releases and config vars. */
export const destroyApp = (api: PlatformApi, app: string) => api.delete<App>(appPath(app), APP)

/** Whose token it is. */
export const getAccount = (api: PlatformApi) => api.get<Account>('/account', ACCOUNT)

const featurePath = (app: string, name: string) =>
  `${appPath(app)}/features/${encodeURIComponent(name)}`

export const listAppFeatures = (api: PlatformApi, app: string) =>
  api.list<AppFeature>(`${appPath(app)}/features`, APP_FEATURE)

/** By name, such as `preboot`. */
export const getAppFeature = (api: PlatformApi, app: string, name: string) =>
  api.get<AppFeature>(featurePath(app, name), APP_FEATURE)

export const updateAppFeature = (api: PlatformApi, app: string, name: string, enabled: boolean) =>
  api.patch<AppFeature>(featurePath(app, name), APP_FEATURE, { enabled })

/** Host names that lead to an app, its own among them; a wildcard is `*.example.com`. */
export const listDomains = (api: PlatformApi, app: string) =>
  api.list<Domain>(`${appPath(app)}/domains`, DOMAIN)
