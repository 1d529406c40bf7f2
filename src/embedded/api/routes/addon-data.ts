/**
 * What Heroku's own CLI asks of the data services beside the Platform API (heroku/cli, commands/pg
 * and lib/redis; HEROKU_DATA_HOST says where).
 */
import { Router, type Request } from 'express'
import type { Owned } from '../../addons/attachments.js'
import { noAddon } from '../../addons/errors.js'
import { NotFound } from '../api-error.js'
import type { ApiParts } from '../parts.js'
import { param } from '../request.js'

export function addonDataRoutes({ addons }: ApiParts): Router {
  const routes = Router()
  const ofService = (request: Request, service: string): Owned => {
    const found = addons.find(param(request, 'database'))
    if (found.addon.service !== service) throw noAddon()
    return found
  }
  const ready = (owned: Owned): Owned => {
    // What `pg:info` takes for "not yet provisioned".
    if (owned.addon.state !== 'provisioned') throw new NotFound('database')
    return owned
  }

  routes.get('/client/v11/databases/:database', async (request, response) => {
    const { addon } = ready(ofService(request, 'heroku-postgresql'))
    const facts = (await addons.providerOf(addon).facts?.(addon)) ?? {}
    response.json({
      addon_id: addon.id,
      name: addon.name,
      plan: addon.plan,
      resource_url: addon.config.URL,
      following: null,
      forked_from: null,
      info: Object.entries(facts).map(([name, value]) => ({ name, values: [value] })),
    })
  })

  routes.get('/client/v11/databases/:database/wait_status', (request, response) => {
    const { addon } = ofService(request, 'heroku-postgresql')
    const isWaiting = addon.state === 'provisioning'
    response.json({
      'waiting?': isWaiting,
      'error?': addon.state === 'deprovisioned',
      message: addon.provision_message ?? 'available',
    })
  })

  routes.put('/client/v11/databases/:database/reset', async (request, response) => {
    const { addon } = ready(ofService(request, 'heroku-postgresql'))
    await addons.reset(addon.id)
    response.json({ message: 'Reset' })
  })

  routes.get('/postgres/v0/databases/:database/credentials', (request, response) => {
    const { addon } = ready(ofService(request, 'heroku-postgresql'))
    const { database, role, password } = addon.resource
    response.json([
      {
        uuid: addon.id,
        name: 'default',
        state: 'active',
        database,
        credentials: [{ user: role, password, state: 'active', connections: null }],
      },
    ])
  })

  routes.get('/redis/v0/databases/:database', async (request, response) => {
    const { addon } = ready(ofService(request, 'heroku-redis'))
    const facts = (await addons.providerOf(addon).facts?.(addon)) ?? {}
    response.json({
      name: addon.name,
      plan: addon.plan,
      resource_url: addon.config.URL,
      port: Number(addon.resource.port),
      prefer_native_tls: addon.resource.tls !== 'no',
      formation: null,
      metaas_source: null,
      info: Object.entries(facts).map(([name, values]) => ({ name, values })),
    })
  })

  return routes
}
