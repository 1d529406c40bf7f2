import { ShipitError } from '../errors.js'
import { numberOfDyno, plainOrder } from '../lib/dyno-name.js'
import { appPath } from './apps.js'
import type { PlatformApi } from './client.js'
import { ANYTHING, DYNO, FORMATION, listOf } from './shapes.js'
import type { Dyno, Formation, FormationUpdate } from './types.js'

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
