import { appPath } from './apps.js'
import type { PlatformApi } from './client.js'
import { FORMATION, listOf } from './shapes.js'
import type { Formation, FormationUpdate } from './types.js'

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
