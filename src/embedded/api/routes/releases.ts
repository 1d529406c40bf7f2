import { type Request, Router } from 'express'
import { createHash } from 'node:crypto'
import { attachedVars } from '../../addons/attachments.js'
import { type ReleaseChange, slugOf } from '../../releases/releases.js'
import type { AppRecord, ReleaseRecord, SlugRecord } from '../../store/records.js'
import { ApiError, InvalidParams, NotFound } from '../api-error.js'
import type { ApiParts, Urls } from '../parts.js'
import { idAndName } from '../place.js'
import { appOf, bodyOf, param, sendPage, textOf } from '../request.js'
import { appRef, user } from './apps.js'
import { streamUrl } from './streams.js'

const FIELDS = {
  version: (release: ReleaseRecord) => release.version,
  id: (release: ReleaseRecord) => release.id,
}

export function releasesRoutes({ store, releases, builder, urls, token }: ApiParts): Router {
  const routes = Router()
  const serialize =
    (app: Readonly<AppRecord>, request: Request) => (release: Readonly<ReleaseRecord>) =>
      serializeRelease(
        app,
        release,
        urls(),
        token,
        request.headers.accept?.includes('version=3.sdk'),
      )

  routes.get('/apps/:app/releases', (request, response) => {
    const app = appOf(store, request)
    sendPage(request, response, app.releases, FIELDS, serialize(app, request))
  })

  routes.get('/apps/:app/releases/:release', (request, response) => {
    const app = appOf(store, request)
    response.json(serialize(app, request)(findRelease(app, param(request, 'release'))))
  })

  /**
   * `{release}` goes back to a release; `{slug}` releases a slug, of this app or another
   * (devcenter.heroku.com/articles/platform-api-copying-slugs).
   */
  routes.post('/apps/:app/releases', async (request, response) => {
    const app = appOf(store, request)
    const { release, slug: given, oci_image: image, description } = bodyOf(request)
    // An image is what Fir has for a slug; here both are the same.
    const slug = given ?? image
    if (release === undefined && slug === undefined)
      throw new InvalidParams('release or slug is required')
    const found = release === undefined ? slugNamed(slug) : undefined
    const adopted = found && (await builder.adopt(app.id, found))
    const begun = await releases.begin(app.id, (now) =>
      adopted
        ? deployOf(adopted, description)
        : rollback(now, release, attachedVars(store.list(), now.id)),
    )
    if (!begun) throw new NotFound('release')
    response.status(201).json(serialize(appOf(store, request), request)(begun.release))
  })

  const slugNamed = (identity: unknown): Readonly<SlugRecord> => {
    const slug = store
      .list()
      .flatMap(({ slugs }) => slugs)
      .find(({ id }) => id === identity)
    if (!slug) throw new NotFound('slug')
    return slug
  }

  routes.get('/apps/:app/slugs/:slug', (request, response) => {
    const app = appOf(store, request)
    const slug = app.slugs.find((one) => one.id === param(request, 'slug'))
    if (!slug || app.generation === 'fir') throw new NotFound('slug')
    response.json(serializeSlug(slug))
  })

  // A list of one, as Heroku's own CLI reads it (lib/buildpacks).
  routes.get('/apps/:app/oci-images/:image', (request, response) => {
    const app = appOf(store, request)
    const slug = app.slugs.find((one) => one.id === param(request, 'image'))
    if (!slug || app.generation !== 'fir') throw new NotFound('oci image')
    response.json([serializeImage(slug)])
  })

  return routes
}

/**
 * Add-ons are no part of it: their config vars stay as they are now
 * (devcenter.heroku.com/articles/releases#rollback).
 */
function rollback(
  app: Readonly<AppRecord>,
  identity: unknown,
  attached: Readonly<Record<string, string>>,
): ReleaseChange {
  const target = findRelease(app, identity)
  if (target.status !== 'succeeded')
    throw new ApiError(
      422,
      'invalid_params',
      `Cannot roll back to v${target.version}: that release ` +
        `${target.status === 'failed' ? 'failed' : 'is still pending'}.`,
    )
  if (target.slug_id === null)
    throw new ApiError(
      422,
      'invalid_params',
      `Cannot roll back to v${target.version}: that release had no slug.`,
    )
  return {
    description: `Rollback to v${target.version}`,
    slugId: target.slug_id,
    configVars: {
      ...Object.fromEntries(
        Object.entries(target.config_vars).filter(([name]) => !target.addon_vars?.includes(name)),
      ),
      ...Object.fromEntries(
        Object.entries(attached).filter(([name]) => Object.hasOwn(app.config_vars, name)),
      ),
    },
  }
}

function deployOf(slug: SlugRecord, description: unknown): ReleaseChange {
  return {
    description:
      typeof description === 'string' && description
        ? description
        : `Deploy ${slug.commit?.slice(0, 8) ?? slug.id.slice(0, 8)}`,
    slugId: slug.id,
    adopted: slug,
  }
}

/**
 * `isSdk`: for a client that asks for version 3.sdk, which is told the image of a Fir release
 * (heroku/cli, lib/buildpacks).
 */
function serializeRelease(
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
    addon_plan_names: release.addon_plans ?? [],
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

function serializeSlug(slug: Readonly<SlugRecord>) {
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
function serializeImage(slug: Readonly<SlugRecord>) {
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

/** By id, by version, or by what the CLI's users type: v12. */
export function findRelease(app: Readonly<AppRecord>, identity: unknown): Readonly<ReleaseRecord> {
  const text = textOf(identity)
  const version = /^v?(\d+)$/.exec(text)?.[1]
  const release = app.releases.find((one) => one.id === text || one.version === Number(version))
  if (!release) throw new NotFound('release')
  return release
}
