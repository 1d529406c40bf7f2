import { Router } from 'express'
import type { SpaceRecord } from '../../store/records.js'
import { InvalidParams, NotFound } from '../api-error.js'
import type { ApiParts } from '../parts.js'
import { idAndName, regionNamed } from '../place.js'
import { bodyOf, onlyFields, param, sendPage, textOf } from '../request.js'

/** Private Spaces. */
export function spaceRoutes({ store, spaces, generation }: ApiParts): Router {
  const routes = Router()

  const spaceOf = (identity: string): SpaceRecord => {
    const space = spaces.find(identity)
    if (!space) throw new NotFound('space')
    return space
  }
  routes.get('/spaces', (request, response) =>
    sendPage(
      request,
      response,
      spaces.list(),
      { id: (one: SpaceRecord) => one.id, name: (one: SpaceRecord) => one.name },
      serializeSpace,
    ),
  )
  routes.get('/spaces/:space', (request, response) => {
    response.json(serializeSpace(spaceOf(param(request, 'space'))))
  })
  routes.post('/spaces', async (request, response) => {
    const body = bodyOf(request)
    onlyFields(body, [
      'name',
      'team',
      'region',
      'shield',
      'cidr',
      'data_cidr',
      'generation',
      'log_drain_url',
      'features',
    ])
    const { name, team, region, shield, generation: wanted } = body
    if (typeof name !== 'string' || !/^[a-z0-9](?:[a-z0-9]|-(?!-))+[a-z0-9]$/.test(name))
      throw new InvalidParams('name must be made of lowercase letters, digits and single dashes')
    if (typeof team !== 'string' || team === '') throw new InvalidParams('team is required')
    if (spaces.find(name)) throw new InvalidParams(`Name ${name} is already taken`)
    if (region !== undefined && !regionNamed(region)?.isPrivate)
      throw new InvalidParams(`Region ${textOf(region)} is not one that spaces can be in`)
    if (wanted !== undefined && wanted !== 'cedar' && wanted !== 'fir')
      throw new InvalidParams('generation must be cedar or fir')
    const space = await spaces.create({
      name,
      team,
      shield: shield === true,
      region: regionNamed(region)?.name ?? 'virginia',
      generation: wanted ?? generation(),
    })
    response.status(201).json(serializeSpace(space))
  })
  routes.delete('/spaces/:space', async (request, response) => {
    const space = spaceOf(param(request, 'space'))
    if (store.list().some((app) => app.space?.id === space.id))
      throw new InvalidParams(`Space ${space.name} still has apps.`)
    await spaces.remove(space.id)
    response.json(serializeSpace(space))
  })

  return routes
}

const serializeSpace = ({
  id,
  name,
  team,
  region,
  shield,
  generation,
  created_at,
  updated_at,
}: SpaceRecord) => ({
  id,
  name,
  created_at,
  updated_at,
  organization: { name: team },
  team: idAndName('team', team),
  region: idAndName('region', region),
  shield,
  state: 'allocated',
  cidr: '10.0.0.0/16',
  data_cidr: '10.1.0.0/16',
  generation: idAndName('generation', generation),
})
