import { Router, type Request, type Response } from 'express'
import {
  allAttachments,
  attachmentsOf,
  type Attached,
  type Owned,
} from '../../addons/attachments.js'
import { planIn, SERVICES, serviceNamed } from '../../addons/catalog.js'
import { noAddon, noPlan } from '../../addons/errors.js'
import { resolveAddons } from '../../addons/resolve.js'
import { InvalidParams } from '../api-error.js'
import { planId, planName, serializeAddon, serializeAttachment } from '../addon-answers.js'
import { ACCOUNT_EMAIL, ACCOUNT_ID } from '../identity.js'
import type { ApiParts } from '../parts.js'
import { appOf, bodyOf, onlyFields, param, sendPage, textOf } from '../request.js'

const FIELDS = {
  id: ({ addon }: Owned) => addon.id,
  name: ({ addon }: Owned) => addon.name,
}

export function addonsRoutes(parts: ApiParts): Router {
  const { store, addons, urls, token } = parts
  const routes = Router()
  const answer = (request: Request, owned: Owned) =>
    serializeAddon(owned, { urls: urls(), token }, expansion(request))
  const send = (request: Request, response: Response, list: Owned[]) =>
    sendPage(request, response, list, FIELDS, (owned) => answer(request, owned))

  /** An add-on by what the app knows it by, too. */
  const ofApp = (request: Request): Owned => {
    const app = appOf(store, request)
    const asked = { identity: param(request, 'addon'), app: app.id }
    const [found] = resolveAddons(store.list(), asked)
    if (!found) throw noAddon()
    return found
  }

  routes.get('/addons', (request, response) => send(request, response, addons.all()))
  routes.get('/users/:user/addons', (request, response) => {
    const isMe = ['~', ACCOUNT_ID, ACCOUNT_EMAIL].includes(param(request, 'user'))
    send(request, response, isMe ? addons.all() : [])
  })
  routes.get('/teams/:team/addons', (request, response) => {
    const team = param(request, 'team')
    send(
      request,
      response,
      addons.all().filter(({ app }) => app.team === team),
    )
  })
  routes.get('/addons/:addon', (request, response) => {
    response.json(answer(request, addons.find(param(request, 'addon'))))
  })

  /** Those that the app is billed for, and others that are attached to it. */
  routes.get('/apps/:app/addons', (request, response) => {
    const app = appOf(store, request)
    const attached = new Set(attachmentsOf(store.list(), app.id).map(({ addon }) => addon.id))
    send(
      request,
      response,
      addons.all().filter((one) => one.app.id === app.id || attached.has(one.addon.id)),
    )
  })
  routes.get('/apps/:app/addons/:addon', (request, response) => {
    response.json(answer(request, ofApp(request)))
  })

  routes.post('/apps/:app/addons', async (request, response) => {
    const app = appOf(store, request)
    const { plan, name, attachment, confirm, config } = bodyOf(request)
    refuseConfig(config)
    const created = await addons.create(app, {
      plan: planOf(plan),
      name: optionalText('name', name),
      attachment: optionalText('attachment name', (attachment as { name?: unknown } | null)?.name),
      confirm: optionalText('confirm', confirm),
    })
    response.status(201).json(answer(request, created))
  })

  routes.patch('/apps/:app/addons/:addon', async (request, response) => {
    const { addon } = ofApp(request)
    const body = bodyOf(request)
    onlyFields(body, ['plan', 'name'])
    if (body.plan === undefined && body.name === undefined)
      throw new InvalidParams('plan or name is required')
    let changed = addons.find(addon.id)
    if (body.plan !== undefined) changed = await addons.changePlan(addon.id, planOf(body.plan))
    const name = optionalText('name', body.name)
    if (name !== undefined) changed = await addons.rename(addon.id, name)
    response.json(answer(request, changed))
  })

  routes.delete('/apps/:app/addons/:addon', async (request, response) => {
    const { app, addon } = ofApp(request)
    if (app.id !== appOf(store, request).id) throw noAddon()
    const { force } = bodyOf(request)
    const destroyed = await addons.destroy(addon.id, { force: force === true })
    // As `heroku addons:destroy` wants to hear it (lib/addons/destroy-addon).
    response.json({ ...answer(request, destroyed), config_vars: [], state: 'deprovisioned' })
  })

  routes.post('/actions/addons/resolve', (request, response) => {
    const { addon, app, addon_service: service } = bodyOf(request)
    const found = resolveAddons(store.list(), {
      identity: textOf(addon),
      app: optionalText('app', app),
      service: optionalText('addon_service', service),
    })
    if (found.length === 0) throw noAddon()
    response.json(found.map((owned) => answer(request, owned)))
  })

  routes.get('/addons/:addon/addon-attachments', (request, response) => {
    const { addon } = addons.find(param(request, 'addon'))
    const nameOf = (id: string) => store.find(id)?.name ?? id
    const list: Attached[] = allAttachments(store.list()).filter((one) => one.addon.id === addon.id)
    const included = request.headers['accept-inclusion']
    response.json(
      list.map((one) =>
        serializeAttachment(one, { urls: urls(), token, nameOf }, String(included ?? '')),
      ),
    )
  })

  routes.get('/addons/:addon/config', (request, response) => {
    const { addon } = addons.find(param(request, 'addon'))
    response.json(Object.entries(addon.config).map(([name, value]) => ({ name, value })))
  })

  return routes
}

const expansion = (request: Request): string => String(request.headers['accept-expansion'] ?? '')

export function optionalText(what: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string' || value === '') throw new InvalidParams(`${what} must be a string`)
  return value
}

/** By name or id, alone or as `{name}` or `{id}`, as Heroku's own CLI sends it. */
function planOf(given: unknown): string {
  const { name, id } = (typeof given === 'object' ? given : { name: given }) as {
    name?: unknown
    id?: unknown
  }
  const text = textOf(name ?? id ?? '')
  for (const service of SERVICES) {
    const plan = service.plans.find((one) => planId(service, one) === text)
    if (plan) return planName(service, plan)
  }
  if (text === '') throw new InvalidParams('plan is required')
  const [service = '', plan] = text.split(':')
  const known = serviceNamed(service)
  if (known && plan !== undefined && !planIn(known, plan)) throw noPlan(text)
  return text
}

/** Forks, followers, versions: a request for one must not seem to have been met. */
function refuseConfig(config: unknown): void {
  const names = typeof config === 'object' && config !== null ? Object.keys(config) : []
  if (names.length > 0)
    throw new InvalidParams(
      `The embedded Heroku's add-ons take no --${names.join(', --')}: it makes an empty one.`,
    )
}
