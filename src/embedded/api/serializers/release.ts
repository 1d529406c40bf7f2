import { createHash } from 'node:crypto'
import { slugOf } from '../../releases/releases.js'
import type { AppRecord, BuildRecord, ReleaseRecord, SlugRecord } from '../../store/types.js'
import { signatureOf } from '../guard.js'
import type { Urls } from '../parts.js'
import { idAndName, stackOf } from '../place.js'
import { appRef, user } from './app.js'

/**
 * A stream's URL is readable without the token, for an hour-long tail or a browser, so it carries a
 * signature.
 */
const streamUrl = (urls: Urls, token: string, path: string) =>
  `${urls.apiUrl}${path}/${signatureOf(path, token)}`

/**
 * `isSdk`: for a client that asks for version 3.sdk, which is told the image of a Fir release
 * (heroku/cli, lib/buildpacks).
 */
export function serializeRelease(
  app: Readonly<AppRecord>,
  release: Readonly<ReleaseRecord>,
  urls: Urls,
  token: string,
  isSdk = false,
) {
  const slug = slugOf(app, release)
  const isFir = app.generation === 'fir'
  const hasPhase = slug?.process_types.release !== undefined
  return {
    addon_plan_names: [],
    app: appRef(app),
    artifacts:
      release.slug_id === null ? [] : [{ type: isFir ? 'oci-image' : 'slug', id: release.slug_id }],
    created_at: release.created_at,
    current: release.id === app.current_release_id,
    description: release.description,
    eligible_for_rollback: release.status === 'succeeded' && release.slug_id !== null,
    id: release.id,
    output_stream_url: hasPhase
      ? streamUrl(urls, token, `/streams/releases/${app.id}/${release.id}`)
      : null,
    slug: release.slug_id === null || isFir ? null : { id: release.slug_id },
    ...(isSdk
      ? { oci_image: release.slug_id !== null && isFir ? { id: release.slug_id } : null }
      : {}),
    status: release.status,
    updated_at: release.updated_at,
    user: user(release.user),
    version: release.version,
  }
}

export function serializeSlug(slug: Readonly<SlugRecord>) {
  return {
    blob: { method: 'get', url: `file://${slug.dir}` },
    buildpack_provided_description: slug.buildpack_description,
    checksum: null,
    commit: slug.commit,
    commit_description: slug.commit_description,
    created_at: slug.created_at,
    deleted_at: null,
    id: slug.id,
    process_types: slug.process_types,
    size: slug.size,
    stack: idAndName('stack', 'heroku-24'),
    updated_at: slug.created_at,
  }
}

/**
 * What stands for a slug on Fir. It is one that was never built as an image: the ids and digests
 * are of that slug.
 */
export function serializeImage(slug: Readonly<SlugRecord>) {
  const digest = (of: string) =>
    `sha256:${createHash('sha256').update(`${of} ${slug.id}`).digest('hex')}`
  return {
    id: slug.id,
    base_image_name: 'heroku/heroku:24-cnb',
    base_top_layer: digest('base'),
    commit: slug.commit,
    commit_description: slug.commit_description,
    image_repo: `${slug.id}/builds`,
    digest: digest('image'),
    stack: idAndName('stack', 'cnb'),
    architecture: 'amd64',
    buildpacks: [
      {
        id: 'heroku/nodejs',
        version: '3.0.0',
        homepage: 'https://github.com/heroku/buildpacks-nodejs',
      },
    ],
    process_types: Object.fromEntries(
      Object.entries(slug.process_types).map(([name, command]) => [
        name,
        {
          name,
          display_cmd: command,
          command: `/cnb/process/${name}`,
          working_dir: '/workspace',
          default: name === 'web',
        },
      ]),
    ),
    created_at: slug.created_at,
    updated_at: slug.created_at,
    deleted_at: null,
  }
}

export function serializeBuild(
  app: Readonly<AppRecord>,
  build: Readonly<BuildRecord>,
  urls: Urls,
  token: string,
) {
  const slug = app.slugs.find((one) => one.id === build.slug_id)
  return {
    app: { id: app.id },
    buildpacks: slug
      ? [{ name: 'heroku/nodejs', url: 'https://github.com/heroku/heroku-buildpack-nodejs' }]
      : null,
    created_at: build.created_at,
    generation: app.generation,
    id: build.id,
    output_stream_url: streamUrl(urls, token, `/streams/builds/${app.id}/${build.id}`),
    release: build.release_id === null ? null : { id: build.release_id },
    slug: build.slug_id === null || app.generation === 'fir' ? null : { id: build.slug_id },
    source_blob: {
      checksum: null,
      url: `${urls.gitUrl}/${app.name}.git`,
      version: build.commit,
      version_description: build.commit_description,
    },
    stack: stackOf(app),
    status: build.status,
    updated_at: build.updated_at,
    user: user(),
  }
}
