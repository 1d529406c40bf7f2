import { appPath } from './apps.js'
import type { PlatformApi } from './client.js'
import { BUILDPACK_INSTALLATION } from './shapes.js'

interface Installation {
  ordinal: number
  buildpack: { name: string; url: string }
}

/**
 * The app's buildpacks in order, by name if they have one; none if the platform chooses by
 * the files.
 */
export async function listBuildpacks(api: PlatformApi, app: string): Promise<string[]> {
  const installed = await api.list<Installation>(
    `${appPath(app)}/buildpack-installations`,
    BUILDPACK_INSTALLATION,
  )
  return installed
    .toSorted((a, b) => a.ordinal - b.ordinal)
    .map(({ buildpack }) => buildpack.name || buildpack.url)
}
