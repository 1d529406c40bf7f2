import { type Request, Router } from 'express'
import { randomUUID } from 'node:crypto'
import type { AppRecord } from '../../store/records.js'
import { InvalidParams, NotFound } from '../api-error.js'
import type { ApiParts } from '../parts.js'
import { appOf, bodyOf, param, sendPage, textOf } from '../request.js'
import { appRef, hostnameOf } from './apps.js'

const HOSTNAME =
  /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
const FIELDS = {
  hostname: (domain: { hostname: string }) => domain.hostname,
  id: (domain: { id: string }) => domain.id,
}

export function domainsRoutes({ store }: ApiParts): Router {
  const routes = Router()

  const find = (app: Readonly<AppRecord>, request: Request) => {
    const identity = param(request, 'domain').toLowerCase()
    const domain = domainsOf(app).find((one) => one.id === identity || one.hostname === identity)
    if (!domain) throw new NotFound('domain name')
    return domain
  }

  routes.get('/apps/:app/domains', (request, response) => {
    const app = appOf(store, request)
    sendPage(request, response, domainsOf(app), FIELDS, (domain) => serializeDomain(app, domain))
  })

  routes.get('/apps/:app/domains/:domain', (request, response) => {
    const app = appOf(store, request)
    response.json(serializeDomain(app, find(app, request)))
  })

  routes.post('/apps/:app/domains', async (request, response) => {
    const app = appOf(store, request)
    const given = bodyOf(request).hostname
    const hostname = typeof given === 'string' ? given.toLowerCase() : ''
    if (!HOSTNAME.test(hostname) || hostname.length > 253)
      throw new InvalidParams(`Hostname ${textOf(given)} is not a domain name.`)
    const domain = { id: randomUUID(), hostname, created_at: new Date().toISOString() }
    const updated = await store.update(app.id, (draft) => {
      if (store.list().some((one) => domainsOf(one).some((other) => other.hostname === hostname)))
        throw new InvalidParams(`${hostname} is currently in use by another app.`)
      draft.domains.push(domain)
      return draft
    })
    response.status(201).json(serializeDomain(updated, domain))
  })

  routes.delete('/apps/:app/domains/:domain', async (request, response) => {
    const app = appOf(store, request)
    const domain = find(app, request)
    if (domain.id === app.id)
      throw new InvalidParams(`${domain.hostname} belongs to the app itself and cannot be removed.`)
    await store.update(app.id, (draft) => {
      draft.domains = draft.domains.filter((one) => one.id !== domain.id)
    })
    response.json(serializeDomain(app, domain))
  })

  return routes
}

interface Domain {
  id: string
  hostname: string
  created_at: string
}

/** The app's own hostname first; its id is the app's, since it lives and goes with it. */
const domainsOf = (app: Readonly<AppRecord>): Domain[] => [
  { id: app.id, hostname: hostnameOf(app), created_at: app.created_at },
  ...app.domains,
]

function serializeDomain(app: Readonly<AppRecord>, domain: Domain) {
  const isOwn = domain.id === app.id
  return {
    acm_status: null,
    acm_status_reason: null,
    app: appRef(app),
    // The DNS target of a custom domain, which the CLI prints (schema: domain.cname). Here, the
    // app's own hostname.
    cname: isOwn ? null : hostnameOf(app),
    created_at: domain.created_at,
    hostname: domain.hostname,
    id: domain.id,
    kind: isOwn ? 'heroku' : 'custom',
    sni_endpoint: null,
    status: isOwn ? 'none' : 'succeeded',
    updated_at: domain.created_at,
  }
}
