import { slugOf } from '../../releases.js'
import type { AppRecord, BuildRecord, ReleaseRecord, SlugRecord } from '../../types.js'
import { signatureOf } from '../guard.js'
import type { Urls } from '../parts.js'
import { appRef, STACK, user } from './app.js'

/** A stream's URL is readable without the token, for an hour-long tail or a browser, so it carries a signature. */
const streamUrl = (urls: Urls, token: string, path: string) => `${urls.apiUrl}${path}/${signatureOf(path, token)}`

export function serializeRelease(app: Readonly<AppRecord>, release: Readonly<ReleaseRecord>, urls: Urls, token: string) {
  const slug = slugOf(app, release)
  const hasPhase = slug?.process_types.release !== undefined
  return {
    addon_plan_names: [],
    app: appRef(app),
    artifacts: release.slug_id === null ? [] : [{ type: 'slug', id: release.slug_id }],
    created_at: release.created_at,
    current: release.id === app.current_release_id,
    description: release.description,
    eligible_for_rollback: release.status === 'succeeded' && release.slug_id !== null,
    id: release.id,
    output_stream_url: hasPhase ? streamUrl(urls, token, `/streams/releases/${app.id}/${release.id}`) : null,
    slug: release.slug_id === null ? null : { id: release.slug_id },
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
    stack: STACK,
    updated_at: slug.created_at,
  }
}

export function serializeBuild(app: Readonly<AppRecord>, build: Readonly<BuildRecord>, urls: Urls, token: string) {
  const slug = app.slugs.find((one) => one.id === build.slug_id)
  return {
    app: { id: app.id },
    buildpacks: slug ? [{ name: 'heroku/nodejs', url: 'https://github.com/heroku/heroku-buildpack-nodejs' }] : null,
    created_at: build.created_at,
    generation: 'cedar',
    id: build.id,
    output_stream_url: streamUrl(urls, token, `/streams/builds/${app.id}/${build.id}`),
    release: build.release_id === null ? null : { id: build.release_id },
    slug: build.slug_id === null ? null : { id: build.slug_id },
    source_blob: { checksum: null, url: `${urls.gitUrl}/${app.name}.git`, version: build.commit, version_description: build.commit_description },
    stack: STACK.name,
    status: build.status,
    updated_at: build.updated_at,
    user: user(),
  }
}
