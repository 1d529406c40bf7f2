import { Router } from 'express'
import { stat } from 'node:fs/promises'
import { NotFound } from '../api-error.js'
import { ACCOUNT_EMAIL, ACCOUNT_ID } from '../identity.js'
import type { ApiParts } from '../parts.js'
import { param } from '../request.js'

export function accountRoutes({ folders }: ApiParts): Router {
  const routes = Router()
  const account = async () => serializeAccount((await stat(folders.root)).birthtime.toISOString())
  routes.get('/account', async (_request, response) => {
    response.json(await account())
  })
  routes.get('/account/features', (_request, response) => {
    response.json([])
  })
  routes.get('/users/:user', async (request, response) => {
    if (!['~', ACCOUNT_ID, ACCOUNT_EMAIL].includes(param(request, 'user')))
      throw new NotFound('user')
    response.json(await account())
  })
  return routes
}

/** The one account of this platform; `since` is when its state folder was made. */
function serializeAccount(since: string) {
  return {
    allow_tracking: false,
    beta: false,
    country_of_residence: null,
    created_at: since,
    default_organization: null,
    default_team: null,
    delinquent_at: null,
    email: ACCOUNT_EMAIL,
    federated: false,
    id: ACCOUNT_ID,
    identity_provider: null,
    last_login: null,
    name: 'You, on this machine',
    sms_number: null,
    suspended_at: null,
    two_factor_authentication: false,
    updated_at: since,
    verified: true,
  }
}
