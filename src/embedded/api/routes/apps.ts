import { Router } from 'express'
import { InvalidParams } from '../api-error.js'
import { ACCOUNT_EMAIL } from '../identity.js'
import { newApp } from '../new-app.js'
import type { AppRecord } from '../../store/types.js'
import { checkAppName, generateAppName } from '../app-name.js'
import { destroyApp } from '../destroy-app.js'
import type { ApiParts } from '../parts.js'
import { appOf, bodyOf, onlyFields, param, sendPage } from '../request.js'
import { checkStack, placeOf } from '../place-of.js'
import { serializeApp, serializeTeamApp } from '../serializers/app.js'

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
