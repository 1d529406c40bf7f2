import { Router, type Request, type Response } from 'express'
import { formatDynoCount } from '../../../lib/dyno-count.js'
import { NotFound } from '../api-error.js'
import { ACCOUNT_EMAIL, stableId } from '../identity.js'
import { runtimeOf } from '../place.js'
import type { AppRecord, FormationRecord } from '../../store/records.js'
import { updatedFormation } from '../formation.js'
import type { ApiParts } from '../parts.js'
import { appOf, bodyOf, param, sendPage } from '../request.js'
import { appRef } from './apps.js'

const FIELDS = { id: (one: FormationRecord) => one.id, type: (one: FormationRecord) => one.type }

export function formationRoutes({ store, dynos, logplex }: ApiParts): Router {
  const routes = Router()

  const find = (app: Readonly<AppRecord>, request: Request): FormationRecord => {
    const identity = param(request, 'formation')
    const found = Object.values(app.formation).find(
      (one) => one.type === identity || one.id === identity,
    )
    if (!found) throw new NotFound(`process type (${identity})`)
    return found
  }

  const update = async (
    app: Readonly<AppRecord>,
    updates: unknown,
  ): Promise<Readonly<AppRecord>> => {
    const now = new Date().toISOString()
    const updated = await store.update(app.id, (draft) => {
      draft.formation = updatedFormation(draft.formation, updates, now, runtimeOf(draft))
      draft.updated_at = now
      return draft
    })
    const changed = Object.values(updated.formation).filter((one) => one.updated_at === now)
    const scaled = changed.map((one) => `${one.type}@${formatDynoCount(one)}`).join(' ')
    logplex.append(app.id, {
      time: Date.now(),
      source: 'app',
      dyno: 'api',
      message: `Scaled to ${scaled} by user ${ACCOUNT_EMAIL}`,
    })
    dynos.reconcile(app.id, 'formation')
    return updated
  }

  const sendAll = (request: Request, response: Response, app: Readonly<AppRecord>) =>
    sendPage(request, response, Object.values(app.formation), FIELDS, (one) =>
      serializeFormation(app, one),
    )

  routes.get('/apps/:app/formation', (request, response) =>
    sendAll(request, response, appOf(store, request)),
  )

  routes.patch('/apps/:app/formation', async (request, response) => {
    const app = appOf(store, request)
    sendAll(request, response, await update(app, bodyOf(request).updates))
  })

  routes.get('/apps/:app/formation/:formation', (request, response) => {
    const app = appOf(store, request)
    response.json(serializeFormation(app, find(app, request)))
  })

  routes.patch('/apps/:app/formation/:formation', async (request, response) => {
    const app = appOf(store, request)
    const updated = await update(app, [{ ...bodyOf(request), type: find(app, request).type }])
    response.json(serializeFormation(updated, find(updated, request)))
  })

  return routes
}

function serializeFormation(app: Readonly<AppRecord>, formation: Readonly<FormationRecord>) {
  const { command, created_at, id, quantity, size, type, updated_at } = formation
  return {
    app: appRef(app),
    command,
    created_at,
    dyno_size: { id: stableId(`dyno size ${size}`), name: size },
    id,
    quantity,
    size,
    type,
    updated_at,
  }
}
