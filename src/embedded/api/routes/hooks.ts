import { randomUUID } from 'node:crypto'
import { Router } from 'express'
import { InvalidParams, NotFound } from '../api-error.js'
import type { AppRecord, DrainRecord, WebhookRecord } from '../../store/records.js'
import type { ApiParts } from '../parts.js'
import { appOf, bodyOf, param, sendPage } from '../request.js'

const WEBHOOKS = { id: (one: WebhookRecord) => one.id }
const DRAINS = { id: (one: DrainRecord) => one.id }

/**
 * Webhooks, which are kept and shown and call nobody, and log drains, which get the app's lines.
 */
export function hooksRoutes({ store, drain: follow }: ApiParts): Router {
  const routes = Router()

  const webhook = (app: Readonly<AppRecord>, id: string): WebhookRecord => {
    const found = app.webhooks.find((one) => one.id === id)
    if (!found) throw new NotFound('webhook')
    return found
  }
  routes.get('/apps/:app/webhooks', (request, response) =>
    sendPage(request, response, appOf(store, request).webhooks, WEBHOOKS, (one) => one),
  )
  routes.get('/apps/:app/webhooks/:webhook', (request, response) => {
    response.json(webhook(appOf(store, request), param(request, 'webhook')))
  })
  routes.post('/apps/:app/webhooks', async (request, response) => {
    const { url, level, include } = bodyOf(request)
    const checked = { url: httpUrl(url), level: levelOf(level), include: includeOf(include) }
    const now = new Date().toISOString()
    const made: WebhookRecord = { id: randomUUID(), ...checked, created_at: now, updated_at: now }
    await store.update(appOf(store, request).id, (draft) => {
      draft.webhooks = [...draft.webhooks, made]
    })
    response.status(201).json(made)
  })
  routes.patch('/apps/:app/webhooks/:webhook', async (request, response) => {
    const app = appOf(store, request)
    const { url, level, include } = bodyOf(request)
    const before = webhook(app, param(request, 'webhook'))
    const after: WebhookRecord = {
      ...before,
      ...(url === undefined ? {} : { url: httpUrl(url) }),
      ...(level === undefined ? {} : { level: levelOf(level) }),
      ...(include === undefined ? {} : { include: includeOf(include) }),
      updated_at: new Date().toISOString(),
    }
    await store.update(app.id, (draft) => {
      draft.webhooks = draft.webhooks.map((one) => (one.id === before.id ? after : one))
    })
    response.json(after)
  })
  routes.delete('/apps/:app/webhooks/:webhook', async (request, response) => {
    const app = appOf(store, request)
    const gone = webhook(app, param(request, 'webhook'))
    await store.update(app.id, (draft) => {
      draft.webhooks = draft.webhooks.filter(({ id }) => id !== gone.id)
    })
    response.json(gone)
  })
  routes.get(
    ['/apps/:app/webhook-deliveries', '/apps/:app/webhook-events'],
    (request, response) => {
      appOf(store, request)
      response.json([])
    },
  )

  const drain = (app: Readonly<AppRecord>, identity: string): DrainRecord => {
    const found = app.drains.find((one) => [one.id, one.token, one.url].includes(identity))
    if (!found) throw new NotFound('log drain')
    return found
  }
  const serializeDrain =
    (app: Readonly<AppRecord>) =>
    ({ id, url, token, created_at, updated_at }: DrainRecord) => ({
      id,
      url,
      token,
      addon: null,
      app: { id: app.id, name: app.name },
      created_at,
      updated_at,
    })
  routes.get('/apps/:app/log-drains', (request, response) => {
    const app = appOf(store, request)
    sendPage(request, response, app.drains, DRAINS, serializeDrain(app))
  })
  routes.get('/apps/:app/log-drains/:drain', (request, response) => {
    const app = appOf(store, request)
    response.json(serializeDrain(app)(drain(app, param(request, 'drain'))))
  })
  routes.post('/apps/:app/log-drains', async (request, response) => {
    const app = appOf(store, request)
    const url = httpUrl(bodyOf(request).url)
    if (app.drains.some((one) => one.url === url))
      throw new InvalidParams('Url has already been taken')
    const now = new Date().toISOString()
    const made: DrainRecord = {
      id: randomUUID(),
      url,
      token: `d.${randomUUID()}`,
      created_at: now,
      updated_at: now,
    }
    await store.update(app.id, (draft) => {
      draft.drains = [...draft.drains, made]
    })
    follow(app.id)
    response.status(201).json(serializeDrain(app)(made))
  })
  routes.delete('/apps/:app/log-drains/:drain', async (request, response) => {
    const app = appOf(store, request)
    const gone = drain(app, param(request, 'drain'))
    await store.update(app.id, (draft) => {
      draft.drains = draft.drains.filter(({ id }) => id !== gone.id)
    })
    follow(app.id)
    response.json(serializeDrain(app)(gone))
  })

  return routes
}

/** Over syslog (TCP) nothing is sent from here. */
function httpUrl(given: unknown): string {
  const url = typeof given === 'string' && URL.canParse(given) ? new URL(given) : undefined
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw new InvalidParams('url must be an http or https URL')
  return given as string
}

function levelOf(level: unknown): string {
  if (level !== 'notify' && level !== 'sync')
    throw new InvalidParams('level must be notify or sync')
  return level
}

function includeOf(include: unknown): string[] {
  if (
    !Array.isArray(include) ||
    include.length === 0 ||
    !include.every((one) => typeof one === 'string')
  )
    throw new InvalidParams('include must be a list of entities')
  return include as string[]
}
