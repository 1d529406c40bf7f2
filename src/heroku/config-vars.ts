import { ShipitError } from '../errors.js'
import { appPath } from './apps.js'
import type { PlatformApi } from './client.js'
import { listReleases } from './releases.js'
import { CONFIG_VARS } from './shapes.js'
import type { ConfigVars } from './types.js'

export const getConfigVars = (api: PlatformApi, app: string) =>
  api.get<ConfigVars>(`${appPath(app)}/config-vars`, CONFIG_VARS)

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
    const values = Object.values(changes).filter((value): value is string => Boolean(value))
    const hide = (text: string | undefined) =>
      text && values.reduce((rest, value) => rest.replaceAll(value, '…'), text)
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

/** The same, with the version of the release that it made; null if none is listed. */
export async function releaseConfigVars(
  api: PlatformApi,
  app: string,
  changes: Record<string, string | null>,
): Promise<{ vars: ConfigVars; release: number | null }> {
  const vars = await updateConfigVars(api, app, changes)
  return { vars, release: (await listReleases(api, app, { max: 1 }))[0]?.version ?? null }
}
