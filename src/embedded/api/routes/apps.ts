import { Router } from 'express'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { currentRelease, slugOf } from '../../releases/releases.js'
import type { AppRecord } from '../../store/records.js'
import { InvalidParams } from '../api-error.js'
import { checkAppName, checkStack, generateAppName, newApp, placeOf } from '../new-app.js'
import { ACCOUNT_EMAIL, ACCOUNT_ID, stableId } from '../identity.js'
import type { ApiParts, Urls } from '../parts.js'
import { idAndName, stackOf } from '../place.js'
import { appOf, bodyOf, onlyFields, param, sendPage } from '../request.js'

const FIELDS = {
  id: (app: Readonly<AppRecord>) => app.id,
  name: (app: Readonly<AppRecord>) => app.name,
  updated_at: (app: Readonly<AppRecord>) => app.updated_at,
}

export function appsRoutes(parts: ApiParts): Router {
  const { store, logplex, urls } = parts
  const routes = Router()
  const log = (appId: string, message: string) =>
    logplex.append(appId, {
      time: Date.now(),
      source: 'app',
      dyno: 'api',
      message: `${message} by user ${ACCOUNT_EMAIL}`,
    })

  routes.get(['/apps', '/users/:user/apps'], (request, response) => {
    sendPage(request, response, store.list(), FIELDS, (app) => serializeApp(app, urls()))
  })

  const create = async (body: Record<string, unknown>): Promise<AppRecord> => {
    const { name } = body
    const checked = name === undefined || name === null ? generateAppName() : checkAppName(name)
    const app = newApp(checked, await placeOf(body, parts))
    await store.create(app)
    for (const release of app.releases) {
      log(app.id, release.description)
      log(app.id, `Release v${release.version} created`)
    }
    return app
  }

  routes.post('/apps', async (request, response) => {
    response.status(201).json(serializeApp(await create(bodyOf(request)), urls()))
  })

  routes.post('/teams/apps', async (request, response) => {
    response.status(201).json(serializeTeamApp(await create(bodyOf(request)), urls()))
  })

  routes.get('/teams/apps/:app', (request, response) => {
    response.json(serializeTeamApp(appOf(store, request), urls()))
  })

  // A question over POST, since its ids may be many (schema: filter-apps).
  routes.post('/filters/apps', (request, response) => {
    const { in: within } = bodyOf(request) as { in?: { id?: unknown } }
    const ids = within?.id
    if (!Array.isArray(ids)) throw new InvalidParams('in.id must be a list of ids')
    const found = store.list().filter(({ id }) => ids.includes(id))
    sendPage(request, response, found, FIELDS, (app) => serializeTeamApp(app, urls()))
  })

  routes.get('/teams/:team/apps', (request, response) => {
    const team = param(request, 'team')
    sendPage(
      request,
      response,
      store.list().filter((app) => app.team === team),
      FIELDS,
      (app) => serializeTeamApp(app, urls()),
    )
  })

  routes.get('/apps/:app', (request, response) => {
    response.json(serializeApp(appOf(store, request), urls()))
  })

  routes.patch('/apps/:app', async (request, response) => {
    const app = appOf(store, request)
    const body = bodyOf(request)
    onlyFields(body, ['name', 'maintenance', 'build_stack'])
    const { name, maintenance, build_stack: stack } = body
    if (maintenance !== undefined && typeof maintenance !== 'boolean')
      throw new InvalidParams('maintenance must be true or false')
    checkStack(stack)
    const newName = name === undefined ? undefined : checkAppName(name)
    const updated = await store.update(app.id, (draft) => {
      if (newName !== undefined) draft.name = newName
      if (maintenance !== undefined) draft.maintenance = maintenance
      draft.updated_at = new Date().toISOString()
      return draft
    })
    if (maintenance !== undefined && maintenance !== app.maintenance)
      log(app.id, `${maintenance ? 'Enable' : 'Disable'} maintenance mode`)
    response.json(serializeApp(updated, urls()))
  })

  routes.delete('/apps/:app', async (request, response) => {
    const app = appOf(store, request)
    const answer = serializeApp(app, urls())
    await destroyApp(parts, app)
    response.json(answer)
  })

  return routes
}

export const appRef = (app: Readonly<AppRecord>) => ({ id: app.id, name: app.name })
export const user = (email = ACCOUNT_EMAIL) => ({ id: ACCOUNT_ID, email })
export const hostnameOf = (app: Readonly<AppRecord>) => `${app.name}.localhost`

/** Where the router serves an app; ends with a slash. */
export const webUrl = (appName: string, { routerPort }: Urls) =>
  `http://${appName}.localhost:${routerPort}/`

/** What an app of an account and one of a team have in common. */
function base(app: Readonly<AppRecord>, urls: Urls) {
  const slug = slugOf(app, currentRelease(app))
  const stack = idAndName('stack', stackOf(app))
  return {
    archived_at: null,
    buildpack_provided_description: slug?.buildpack_description ?? null,
    build_stack: stack,
    created_at: app.created_at,
    git_url: `${urls.gitUrl}/${app.name}.git`,
    id: app.id,
    internal_routing: null,
    maintenance: app.maintenance,
    name: app.name,
    owner:
      app.team === undefined
        ? user()
        : { ...user(`${app.team}@herokumanager.com`), id: stableId(`team owner ${app.team}`) },
    team: app.team === undefined ? null : idAndName('team', app.team),
    region: idAndName('region', app.region),
    released_at: app.released_at,
    repo_size: null,
    slug_size: app.generation === 'fir' ? null : (slug?.size ?? null),
    space: app.space ? { id: app.space.id, name: app.space.name, shield: app.space.shield } : null,
    stack,
    updated_at: app.updated_at,
    web_url: webUrl(app.name, urls),
  }
}

const serializeApp = (app: Readonly<AppRecord>, urls: Urls) => ({
  ...base(app, urls),
  acm: false,
  generation: idAndName('generation', app.generation),
  organization: app.team === undefined ? null : idAndName('team', app.team),
})

/** Schema: team-app. */
const serializeTeamApp = (app: Readonly<AppRecord>, urls: Urls) => ({
  ...base(app, urls),
  joined: true,
  locked: false,
})

/**
 * Stops an app's dynos, forgets the app, then removes what it left on disk. It is gone once its
 * record is; the rest is cleaning.
 */
async function destroyApp(
  { store, dynos, builder, addons, logplex, folders, log }: ApiParts,
  app: Readonly<AppRecord>,
): Promise<void> {
  await dynos.shutdown(app.id)
  await addons.attachments.detachAll(app)
  await store.remove(app.id)
  const releaseOutputs = app.releases.map((release) =>
    path.join(folders.builds, `release-${release.id}.log`),
  )
  const cleaned = await Promise.allSettled([
    logplex.forget(app.id),
    builder.forget(app.id),
    addons.forget(app),
    ...releaseOutputs.map((file) => rm(file, { force: true })),
  ])
  for (const result of cleaned) {
    if (result.status === 'rejected')
      log(`could not remove all of the destroyed app ${app.name}: ${String(result.reason)}`)
  }
}
