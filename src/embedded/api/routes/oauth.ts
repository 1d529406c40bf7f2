import { Router } from 'express'
import { InvalidParams, NotFound } from '../api-error.js'
import { isExpired, newToken, type Authorization } from '../authorizations.js'
import { stableId } from '../identity.js'
import type { ApiParts } from '../parts.js'
import { bodyOf, param, sendPage } from '../request.js'
import { user } from './apps.js'

const FIELDS = {
  id: (one: Authorization) => one.id,
  created_at: (one: Authorization) => one.created_at,
}

/** Seconds: a hundred years, well within what a date can be. */
const LONGEST_LIFE = 100 * 365 * 86_400

/**
 * Tokens for scripts: as good as the platform's own, until they are revoked or expire. Scopes are
 * kept and not enforced.
 */
export function oauthRoutes({ authorizations, now = Date.now }: ApiParts): Router {
  const routes = Router()
  const alive = () => authorizations.list().filter((one) => !isExpired(one, now()))
  const found = (one: Authorization | undefined): Authorization => {
    if (!one) throw new NotFound('authorization')
    return one
  }
  const of = (identity: string) =>
    found(alive().find(({ id, token }) => id === identity || token === identity))

  routes.get('/oauth/authorizations', (request, response) =>
    sendPage(request, response, alive(), FIELDS, (one) => serialize(one, now())),
  )
  routes.get('/oauth/authorizations/:authorization', (request, response) => {
    response.json(serialize(of(param(request, 'authorization')), now()))
  })
  routes.post('/oauth/authorizations', async (request, response) => {
    const { description, scope = ['global'], expires_in: expiresIn = null } = bodyOf(request)
    if (!Array.isArray(scope) || !scope.every((one) => typeof one === 'string'))
      throw new InvalidParams('scope must be a list of names')
    const isTime = typeof expiresIn === 'number' && expiresIn > 0 && expiresIn <= LONGEST_LIFE
    if (expiresIn !== null && !isTime)
      throw new InvalidParams(`expires_in must be a number of seconds, ${LONGEST_LIFE} at most`)
    const made = await authorizations.create(
      {
        description:
          typeof description === 'string' && description
            ? description
            : 'Long-lived user authorization',
        scope: scope as string[],
        expiresIn,
      },
      now(),
    )
    response.status(201).json(serialize(made, now()))
  })
  routes.patch('/oauth/authorizations/:authorization', async (request, response) => {
    const { description } = bodyOf(request)
    if (typeof description !== 'string') throw new InvalidParams('description must be a string')
    response.json(
      serialize(
        found(await authorizations.change(of(param(request, 'authorization')).id, { description })),
        now(),
      ),
    )
  })
  routes.post(
    '/oauth/authorizations/:authorization/actions/regenerate-tokens',
    async (request, response) => {
      response.json(
        serialize(
          found(
            await authorizations.change(of(param(request, 'authorization')).id, {
              token: newToken(),
            }),
          ),
          now(),
        ),
      )
    },
  )
  routes.delete('/oauth/authorizations/:authorization', async (request, response) => {
    response.json(
      serialize(found(await authorizations.remove(of(param(request, 'authorization')).id)), now()),
    )
  })
  // Nobody logs in here, so nobody has a session.
  routes.get(['/oauth/sessions', '/oauth/clients', '/account/keys'], (_request, response) => {
    response.json([])
  })

  return routes
}

function serialize(
  { id, description, scope, token, created_at, expires_at: expires }: Authorization,
  now: number,
) {
  const left = expires === null ? null : Math.max(0, Math.round((Date.parse(expires) - now) / 1000))
  return {
    id,
    description,
    scope,
    created_at,
    updated_at: created_at,
    client: null,
    grant: null,
    refresh_token: null,
    session: null,
    access_token: { id: stableId(`token ${token}`), token, expires_in: left },
    user: { ...user(), full_name: 'You, on this machine' },
  }
}
