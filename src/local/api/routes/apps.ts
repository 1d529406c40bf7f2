import { Router } from 'express'
import { ApiError, InvalidParams } from '../../api-error.js'
import { ACCOUNT_EMAIL } from '../../identity.js'
import { newApp } from '../../new-app.js'
import type { AppRecord } from '../../types.js'
import { checkAppName, generateAppName } from '../app-name.js'
import { destroyApp } from '../destroy-app.js'
import type { ApiParts } from '../parts.js'
import { appOf, bodyOf, onlyFields, sendPage } from '../request.js'
import { REGION, serializeApp, STACK } from '../serializers/app.js'

const FIELDS = { id: (app: Readonly<AppRecord>) => app.id, name: (app: Readonly<AppRecord>) => app.name, updated_at: (app: Readonly<AppRecord>) => app.updated_at }

export function appsRoutes(parts: ApiParts): Router {
  const { store, logplex, urls } = parts
  const routes = Router()
  const log = (appId: string, message: string) => logplex.append(appId, { time: Date.now(), source: 'app', dyno: 'api', message: `${message} by user ${ACCOUNT_EMAIL}` })

  routes.get(['/apps', '/users/:user/apps'], (request, response) => {
    sendPage(request, response, store.list(), FIELDS, (app) => serializeApp(app, urls()))
  })

  routes.post('/apps', async (request, response) => {
    const { name, ...rest } = bodyOf(request)
    checkPlace(rest)
    const app = newApp(name === undefined || name === null ? generateAppName() : checkAppName(name))
    await store.create(app)
    for (const release of app.releases) {
      log(app.id, release.description)
      log(app.id, `Release v${release.version} created`)
    }
    response.status(201).json(serializeApp(app, urls()))
  })

  routes.get('/apps/:app', (request, response) => { response.json(serializeApp(appOf(store, request), urls())) })

  routes.patch('/apps/:app', async (request, response) => {
    const app = appOf(store, request)
    const body = bodyOf(request)
    onlyFields(body, ['name', 'maintenance', 'build_stack'])
    const { name, maintenance, build_stack: stack } = body
    if (maintenance !== undefined && typeof maintenance !== 'boolean') throw new InvalidParams('maintenance must be true or false')
    checkPlace({ stack })
    const newName = name === undefined ? undefined : checkAppName(name)
    const updated = await store.update(app.id, (draft) => {
      if (newName !== undefined) draft.name = newName
      if (maintenance !== undefined) draft.maintenance = maintenance
      draft.updated_at = new Date().toISOString()
      return draft
    })
    if (maintenance !== undefined && maintenance !== app.maintenance) log(app.id, `${maintenance ? 'Enable' : 'Disable'} maintenance mode`)
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

/** Region and stack are accepted where they name what this platform is, so that `apps:create --region us` works. */
function checkPlace({ region, stack }: Record<string, unknown>): void {
  const isKnown = (given: unknown, known: { id: string; name: string }) => given === undefined || given === null || given === known.id || given === known.name
  if (!isKnown(region, REGION)) throw new ApiError(422, 'invalid_params', `Region ${String(region)} is not one of: ${REGION.name}`)
  if (!isKnown(stack, STACK)) throw new ApiError(422, 'invalid_params', `Stack ${String(stack)} is not one of: ${STACK.name}`)
}
