import { appPath } from './apps.js'
import type { PlatformApi, RequestOptions } from './client.js'
import { RELEASE } from './shapes.js'
import type { Release } from './types.js'

/**
 * As the API gives one. On Fir there is no slug, and an image in its place (heroku/cli,
 * lib/buildpacks; the schema has it among `artifacts`).
 */
type Given = Omit<Release, 'slug'> & {
  slug?: Release['slug']
  oci_image?: { id: string } | null
  artifacts?: readonly { type: string; id: string }[]
}

/**
 * Ids that a release has named as an image's: they are asked for, and released, by another name
 * than a slug's.
 */
const images = new Set<string>()

export const isImage = (id: string): boolean => images.has(id)

/** A release of either generation: what it runs is its `slug`. */
function asRelease(given: Given): Release {
  if (given.slug) return given as Release
  const image = given.oci_image?.id ?? given.artifacts?.find(({ type }) => type === 'oci-image')?.id
  if (image === undefined) return { ...given, slug: null }
  images.add(image)
  return { ...given, slug: { id: image } }
}

/** Newest first. */
export const listReleases = async (
  api: PlatformApi,
  app: string,
  options: RequestOptions & { max?: number } = {},
) =>
  (
    await api.list<Given>(`${appPath(app)}/releases`, RELEASE, {
      ...options,
      by: 'version',
      order: 'desc',
    })
  ).map(asRelease)

/** By id or by version number. */
export const getRelease = async (
  api: PlatformApi,
  app: string,
  release: string | number,
  options?: RequestOptions,
) =>
  asRelease(
    await api.get<Given>(
      `${appPath(app)}/releases/${encodeURIComponent(release)}`,
      RELEASE,
      options,
    ),
  )

/** The release that serves; undefined before the first. */
export async function currentRelease(api: PlatformApi, app: string): Promise<Release | undefined> {
  const recent = await listReleases(api, app, { max: 20 })
  return (
    recent.find(({ current }) => current) ??
    (await listReleases(api, app)).find(({ current }) => current)
  )
}

/** Makes a new release of what `releaseId` was: its slug or image, and its config vars. */
export const rollbackTo = async (api: PlatformApi, app: string, releaseId: string) =>
  asRelease(await api.post<Given>(`${appPath(app)}/releases`, RELEASE, { release: releaseId }))

/** Makes a new release of a slug, or of an image, with the config vars as they are now. */
export const releaseCode = async (api: PlatformApi, app: string, id: string, description: string) =>
  asRelease(
    await api.post<Given>(
      `${appPath(app)}/releases`,
      RELEASE,
      isImage(id) ? { oci_image: id, description } : { slug: id, description },
    ),
  )
