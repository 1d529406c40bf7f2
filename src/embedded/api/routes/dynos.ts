import { Router, type Request } from 'express'
import { NotFound } from '../api-error.js'
import { ACCOUNT_EMAIL } from '../identity.js'
import { runtimeOf } from '../place.js'
import type { AppRecord, DynoRecord } from '../../store/records.js'
import type { ApiParts } from '../parts.js'
import { oneOffRequest } from '../one-off-request.js'
import { appOf, bodyOf, param, sendPage } from '../request.js'
import { appRef } from './apps.js'

const FIELDS = { id: (dyno: DynoRecord) => dyno.id, name: (dyno: DynoRecord) => dyno.name }

export function dynosRoutes({ store, dynos, logplex, rendezvous, urls }: ApiParts): Router {
  const routes = Router()

  /**
   * Fir and Shield meet over https (heroku/cli, lib/run/dyno); here nobody comes there, and the
   * dyno times out.
   */
  const attachUrl = (app: Readonly<AppRecord>, secret: string): string =>
    ['fir', 'shield'].includes(runtimeOf(app))
      ? `https://127.0.0.1:${urls().rendezvousPort}/${secret}`
      : `rendezvous://127.0.0.1:${urls().rendezvousPort}/${secret}`

  /** The path names a dyno by id or name, or a whole process type. */
  const target = (
    app: Readonly<AppRecord>,
    request: Request,
  ): { name: string } | { type: string } => {
    const identity = param(request, 'dyno')
    const dyno = dynos.list(app.id).find((one) => one.id === identity || one.name === identity)
    if (dyno) return { name: dyno.name }
    if (Object.hasOwn(app.formation, identity)) return { type: identity }
    throw new NotFound(identity.includes('.') ? 'dyno' : `process type (${identity})`)
  }

  routes.get('/apps/:app/dynos', (request, response) => {
    const app = appOf(store, request)
    sendPage(request, response, dynos.list(app.id), FIELDS, (dyno) => serializeDyno(app, dyno))
  })

  routes.get('/apps/:app/dynos/:dyno', (request, response) => {
    const app = appOf(store, request)
    const identity = param(request, 'dyno')
    const dyno = dynos.list(app.id).find((one) => one.id === identity || one.name === identity)
    if (!dyno) throw new NotFound('dyno')
    response.json(serializeDyno(app, dyno))
  })

  routes.post('/apps/:app/dynos', async (request, response) => {
    const app = appOf(store, request)
    const { isAttached, isTerminal, ...run } = oneOffRequest(
      app,
      bodyOf(request),
      dynos.list(app.id).map(({ name }) => name),
    )
    const place = isAttached ? rendezvous.open() : undefined
    logplex.append(app.id, {
      time: Date.now(),
      source: 'app',
      dyno: 'api',
      message: `Starting process with command \`${run.command}\` by user ${ACCOUNT_EMAIL}`,
    })
    const { record } = await dynos.runOneOff(app.id, {
      ...run,
      ...(place ? { attach: { meeting: place.meeting, isTerminal } } : {}),
    })
    response
      .status(201)
      .json(serializeDyno(app, record, place ? attachUrl(app, place.secret) : null))
  })

  routes.delete('/apps/:app/dynos', async (request, response) => {
    await dynos.restart(appOf(store, request).id)
    response.status(202).json({})
  })

  routes.delete(
    ['/apps/:app/dynos/:dyno', '/apps/:app/formations/:dyno'],
    async (request, response) => {
      const app = appOf(store, request)
      await dynos.restart(app.id, target(app, request))
      response.status(202).json({})
    },
  )

  routes.post(
    ['/apps/:app/dynos/:dyno/actions/stop', '/apps/:app/formations/:dyno/actions/stop'],
    async (request, response) => {
      const app = appOf(store, request)
      await dynos.stop(app.id, target(app, request))
      response.status(202).json({})
    },
  )

  // Heroku does it by itself once a day and has no request for it.
  routes.post(
    ['/shipit/apps/:app/dynos/actions/cycle', '/shipit/apps/:app/dynos/:dyno/actions/cycle'],
    async (request, response) => {
      const app = appOf(store, request)
      await dynos.restart(
        app.id,
        request.params.dyno === undefined ? {} : target(app, request),
        'cycling',
      )
      response.status(202).json({})
    },
  )

  return routes
}

function serializeDyno(
  app: Readonly<AppRecord>,
  dyno: DynoRecord,
  attachUrl: string | null = null,
) {
  const {
    command,
    created_at,
    id,
    name,
    release_id,
    release_version,
    size,
    state,
    type,
    updated_at,
  } = dyno
  return {
    app: appRef(app),
    attach_url: attachUrl,
    command,
    created_at,
    id,
    name,
    release: { id: release_id, version: release_version },
    size,
    state,
    type,
    updated_at,
  }
}
