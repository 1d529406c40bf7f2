/** From a source to what serves: sources, builds, slugs and images, releases. */
import { ShipitError } from '../errors.js'
import type { PlatformApi, RequestOptions } from './client.js'
import { connectionError } from './connection-errors.js'
import { fetchFor } from './proxy.js'
import { appPath, updateConfigVars } from './resources.js'
import {
  BUILD,
  BUILDPACK_INSTALLATION,
  IMAGES,
  RELEASE,
  SLUG,
  SOURCE,
  listOf,
  type Build,
  type ConfigVars,
  type Release,
  type Slug,
} from './shapes.js'

export { streamOutput } from './output-stream.js'

/**
 * Newest first. The schema lists builds by `id` and `started_at`, and Heroku's own CLI plugin
 * (heroku-builds) by `created_at`: a platform that refuses the latter is asked for all of them.
 */
export async function listBuilds(
  api: PlatformApi,
  app: string,
  options: RequestOptions & { max?: number } = {},
): Promise<Build[]> {
  try {
    return await api.list<Build>(`${appPath(app)}/builds`, BUILD, {
      ...options,
      by: 'created_at',
      order: 'desc',
    })
  } catch (error) {
    if (!(error instanceof ShipitError) || error.details?.status !== RANGE_REFUSED) throw error
    const { max, ...rest } = options
    const all = await api.list<Build>(`${appPath(app)}/builds`, BUILD, rest)
    return all
      .sort((one, other) => Date.parse(other.created_at) - Date.parse(one.created_at))
      .slice(0, max)
  }
}

const RANGE_REFUSED = 416

/**
 * Cancels a build that runs (schema: build, "Cancel running build"; the variant is what
 * heroku-builds asks for). Answers with the build.
 * Throws ShipitError `refused` where it runs no more.
 */
export const cancelBuild = (api: PlatformApi, app: string, id: string, options?: RequestOptions) =>
  api.delete<Build>(`${appPath(app)}/builds/${encodeURIComponent(id)}`, BUILD, {
    ...options,
    variant: 'cancel-build',
  })

export const getBuild = (api: PlatformApi, app: string, id: string, options?: RequestOptions) =>
  api.get<Build>(`${appPath(app)}/builds/${encodeURIComponent(id)}`, BUILD, options)

/**
 * Sources: how files get to a build without git
 * (https://devcenter.heroku.com/articles/build-and-release-using-the-api).
 */

interface Source {
  source_blob: { get_url: string; put_url: string }
}

export const createSource = (api: PlatformApi, options?: RequestOptions) =>
  api.post<Source>('/sources', SOURCE, undefined, options)

/**
 * Uploads to a signed URL: it needs no token, and is itself a secret, so no error names more of it
 * than the host.
 */
export async function uploadSource(
  url: string,
  archive: Buffer,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const send = await fetchFor(url)
  const { host } = new URL(url)
  // No content type: it would be part of what the URL's signature is for.
  const response = await send(url, {
    method: 'PUT',
    body: new Uint8Array(archive),
    redirect: 'manual',
    signal,
  }).catch((error: unknown) => {
    signal.throwIfAborted()
    throw connectionError(
      error,
      { apiUrl: `https://${host}`, label: 'The store for sources' },
      { method: 'PUT', path: '(the source)', mayHaveActed: false },
    )
  })
  if (!response.ok)
    throw new ShipitError('refused', {
      message: `${host} did not take the source: it answered ${response.status}.`,
      next: 'Deploy again. If it happens again, deploy a commit.',
    })
}

/** Begins a build of a source; `version` is what the slug's commit will be. */
export const createBuild = (
  api: PlatformApi,
  app: string,
  source: { url: string; version: string },
  options?: RequestOptions,
) => api.post<Build>(`${appPath(app)}/builds`, BUILD, { source_blob: source }, options)

interface Image {
  id: string
  commit?: string | null
  commit_description?: string | null
  process_types?: Record<string, { command?: string; display_cmd?: string }> | null
}

/** What a release runs, by the id that it names: a slug, or on Fir an image, which has no size. */
export async function getSlug(api: PlatformApi, app: string, id: string): Promise<Slug> {
  if (!isImage(id)) return api.get<Slug>(`${appPath(app)}/slugs/${encodeURIComponent(id)}`, SLUG)
  const given = await api.get<Image | Image[]>(
    `${appPath(app)}/oci-images/${encodeURIComponent(id)}`,
    IMAGES,
  )
  const image = Array.isArray(given) ? given[0]! : given
  const types = Object.entries(image.process_types ?? {}).map(
    ([type, { display_cmd: shown, command }]) => [type, shown ?? command ?? ''],
  )
  return {
    id,
    commit: image.commit ?? null,
    commit_description: image.commit_description ?? null,
    process_types: Object.fromEntries(types) as Record<string, string>,
    size: null,
  }
}

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

/** All of them, by URL or name, in order. */
export const setBuildpacks = (api: PlatformApi, app: string, buildpacks: readonly string[]) =>
  api.put<Installation[]>(
    `${appPath(app)}/buildpack-installations`,
    listOf(BUILDPACK_INSTALLATION),
    {
      updates: buildpacks.map((buildpack) => ({ buildpack })),
    },
  )

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

const isImage = (id: string): boolean => images.has(id)

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

/** Sets config vars, with the release that this made; null if none is listed. */
export async function releaseConfigVars(
  api: PlatformApi,
  app: string,
  changes: Record<string, string | null>,
): Promise<{ vars: ConfigVars; release: { id: string; version: number } | null }> {
  const vars = await updateConfigVars(api, app, changes)
  const [newest] = await listReleases(api, app, { max: 1 })
  return { vars, release: newest ? { id: newest.id, version: newest.version } : null }
}
