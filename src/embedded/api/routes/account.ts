import { Router } from 'express'
import { stat } from 'node:fs/promises'
import { NotFound } from '../api-error.js'
import { ACCOUNT_EMAIL, ACCOUNT_ID } from '../identity.js'
import type { ApiParts } from '../parts.js'
import { param } from '../request.js'
import { serializeAccount } from '../serializers/account.js'

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
