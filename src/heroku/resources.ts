/** The small resources of the API: the account, apps, config vars, dynos and the formation. */
import { ShipitError } from '../errors.js'
import { numberOfDyno, plainOrder } from '../lib/dyno-name.js'
import { hideValues } from './hide-values.js'
import type { PlatformApi, RequestOptions } from './client.js'
import {
  ACCOUNT,
  ANYTHING,
  APP,
  APP_FEATURE,
  CONFIG_VARS,
  DOMAIN,
  DYNO,
  FORMATION,
  listOf,
  type Account,
  type App,
  type AppFeature,
  type ConfigVars,
  type Domain,
  type Dyno,
  type Formation,
} from './shapes.js'

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
  /** heroku-24; the platform's newest if nothing is said. */
  stack?: string | undefined
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

/** The schema asks for both (domain, Create): without a certificate null is sent. */
export const addDomain = (api: PlatformApi, app: string, hostname: string, certificate?: string) =>
  api.post<Domain>(`${appPath(app)}/domains`, DOMAIN, {
    hostname,
    sni_endpoint: certificate ?? null,
  })

export const removeDomain = (api: PlatformApi, app: string, hostname: string) =>
  api.delete<Domain>(`${appPath(app)}/domains/${encodeURIComponent(hostname)}`, DOMAIN)

/** Without a prototype, so that none has a variable called `constructor` that was not set. */
export const getConfigVars = async (api: PlatformApi, app: string): Promise<ConfigVars> =>
  Object.assign(
    Object.create(null) as ConfigVars,
    await api.get<ConfigVars>(`${appPath(app)}/config-vars`, CONFIG_VARS),
  )

/**
 * Sets what has a value and removes what has null, in one PATCH, which makes one release; answers
 * all config vars.
 * An error never repeats a value, whatever the platform's message says.
 */
export async function updateConfigVars(
  api: PlatformApi,
  app: string,
  changes: Record<string, string | null>,
): Promise<ConfigVars> {
  try {
    return await api.patch<ConfigVars>(`${appPath(app)}/config-vars`, CONFIG_VARS, changes)
  } catch (error) {
    if (!(error instanceof ShipitError)) throw error
    const values = Object.values(changes).filter((value) => value !== null)
    const hide = (text: string | undefined) => text && hideValues(text, values)
    const { code, message, why, next, details, exitCode } = error
    throw new ShipitError(code, {
      message: hide(message) ?? '',
      why: hide(why),
      next,
      details,
      exitCode,
    })
  }
}

export const listDynos = (api: PlatformApi, app: string) =>
  api.list<Dyno>(`${appPath(app)}/dynos`, DYNO)

/** web.2 before web.10, types by name; on Fir, if there are no numbers, by the whole name. */
export const byTypeAndNumber = (
  one: Pick<Dyno, 'name' | 'type'>,
  other: Pick<Dyno, 'name' | 'type'>,
): number =>
  plainOrder(one.type, other.type) ||
  (numberOfDyno(one.name) ?? 0) - (numberOfDyno(other.name) ?? 0) ||
  plainOrder(one.name, other.name)

/** Restarts one dyno by name (web.1), every dyno of a type, or all. */
export const restartDynos = (
  api: PlatformApi,
  app: string,
  what: { type?: string; name?: string } = {},
) => {
  if (what.name)
    return api.delete<unknown>(`${appPath(app)}/dynos/${encodeURIComponent(what.name)}`, ANYTHING)
  if (what.type)
    return api.delete<unknown>(
      `${appPath(app)}/formations/${encodeURIComponent(what.type)}`,
      ANYTHING,
    )
  return api.delete<unknown>(`${appPath(app)}/dynos`, ANYTHING)
}

export interface OneOffDyno {
  command: string
  attach: boolean
  env?: Record<string, string>
  force_no_tty?: boolean
  size?: string
  type?: string
}

/**
 * How often a dyno is asked for again: right after a release the platform may not know it
 * everywhere yet, and says 409. Heroku's own CLI asks as often.
 */
const UNKNOWN_RELEASE_RETRIES = 2

/**
 * Starts a dyno outside the formation (POST /apps/{app}/dynos). With `attach`, its attach_url is
 * where its input and output are met.
 */
export async function createDyno(api: PlatformApi, app: string, dyno: OneOffDyno): Promise<Dyno> {
  for (let retries = UNKNOWN_RELEASE_RETRIES; ; retries--) {
    try {
      return await api.post<Dyno>(`${appPath(app)}/dynos`, DYNO, dyno)
    } catch (error) {
      if (retries === 0 || !(error instanceof ShipitError) || error.details?.status !== 409)
        throw error
    }
  }
}

/** Stops one dyno (web.1 or run.1234). */
export const stopDyno = (api: PlatformApi, app: string, name: string) =>
  api.post<unknown>(`${appPath(app)}/dynos/${encodeURIComponent(name)}/actions/stop`, ANYTHING)

/** Every process type of the current release, those at 0 too. */
export const listFormation = (api: PlatformApi, app: string) =>
  api.list<Formation>(`${appPath(app)}/formation`, FORMATION)

/** One row of PATCH /apps/{app}/formation {updates: […]}. */
export interface FormationUpdate {
  type: string
  quantity?: number
  size?: string
}

/**
 * All changes in one PATCH: either all are made or none. The size goes as the API's schema has it;
 * `size` is its older spelling.
 */
export const updateFormation = (api: PlatformApi, app: string, updates: FormationUpdate[]) =>
  api.patch<Formation[]>(`${appPath(app)}/formation`, listOf(FORMATION), {
    updates: updates.map(({ size, ...rest }) => ({
      ...rest,
      ...(size === undefined ? {} : { dyno_size: { name: size } }),
    })),
  })
