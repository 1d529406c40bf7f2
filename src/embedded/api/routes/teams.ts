import { Router } from 'express'
import { NotFound } from '../api-error.js'
import { stableId } from '../identity.js'
import type { ApiParts } from '../parts.js'
import { idAndName } from '../place.js'
import { param, sendPage } from '../request.js'
import { SINCE } from '../since.js'

/** The teams that apps and spaces were made in. */
export function teamRoutes({ store, spaces }: ApiParts): Router {
  const routes = Router()

  const teams = () =>
    [
      ...new Set([
        ...store.list().flatMap(({ team }) => team ?? []),
        ...spaces.list().map(({ team }) => team),
      ]),
    ].sort()
  routes.get('/teams', (request, response) =>
    sendPage(
      request,
      response,
      teams(),
      { id: (one: string) => stableId(`team ${one}`), name: (one: string) => one },
      serializeTeam,
    ),
  )
  routes.get('/teams/:team', (request, response, next) => {
    const identity = param(request, 'team')
    if (identity === 'apps') return next()
    const team = teams().find((one) => one === identity || stableId(`team ${one}`) === identity)
    if (team === undefined) throw new NotFound('team')
    response.json(serializeTeam(team))
  })

  // Asked for by `heroku members`; no feature of teams concerns an app here.
  routes.get('/teams/:team/features', (_request, response) => {
    response.json([])
  })

  return routes
}

const serializeTeam = (name: string) => ({
  ...idAndName('team', name),
  created_at: SINCE,
  updated_at: SINCE,
  credit_card_collections: false,
  default: false,
  enterprise_account: null,
  identity_provider: null,
  membership_limit: null,
  provisioned_licenses: false,
  role: 'admin',
  type: 'team',
})
