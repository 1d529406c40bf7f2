import { Router } from 'express'
import { DYNO_SIZES, type DynoSize, dynoSize } from '../../../lib/dyno-sizes.js'
import type { SpaceRecord } from '../../store/records.js'
import { InvalidParams, NotFound } from '../api-error.js'
import { stableId } from '../identity.js'
import type { ApiParts } from '../parts.js'
import {
  REGIONS,
  type Region,
  STACKS,
  idAndName,
  regionNamed,
  runtimeOf,
  sizeIn,
} from '../place.js'
import { appOf, bodyOf, onlyFields, param, sendPage, textOf } from '../request.js'

const byName = <T>(idOf: (item: T) => string, nameOf: (item: T) => string) => ({
  id: idOf,
  name: nameOf,
})

/** Where apps can be: regions, stacks, sizes, and the teams and spaces that apps were made in. */
export function placeRoutes({ store, spaces, generation }: ApiParts): Router {
  const routes = Router()

  const regionFields = byName(
    (one: (typeof REGIONS)[number]) => stableId(`region ${one.name}`),
    (one) => one.name,
  )
  routes.get('/regions', (request, response) =>
    sendPage(request, response, REGIONS, regionFields, serializeRegion),
  )
  routes.get('/regions/:region', (request, response) => {
    const region = regionNamed(param(request, 'region'))
    if (!region) throw new NotFound('region')
    response.json(serializeRegion(region))
  })

  const stackFields = byName(
    (one: (typeof STACKS)[number]) => stableId(`stack ${one}`),
    (one) => one,
  )
  routes.get(['/stacks', '/apps/:app/available-stacks'], (request, response) =>
    sendPage(request, response, STACKS, stackFields, serializeStack),
  )
  routes.get('/stacks/:stack', (request, response) => {
    const stack = STACKS.find(
      (one) =>
        one === param(request, 'stack') || stableId(`stack ${one}`) === param(request, 'stack'),
    )
    if (!stack) throw new NotFound('stack')
    response.json(serializeStack(stack))
  })

  const sizeFields = byName(
    (one: DynoSize) => stableId(`dyno size ${one.name}`),
    (one) => one.name,
  )
  routes.get('/dyno-sizes', (request, response) =>
    sendPage(request, response, DYNO_SIZES, sizeFields, serializeDynoSize),
  )
  routes.get('/apps/:app/available-dyno-sizes', (request, response) => {
    const runtime = runtimeOf(appOf(store, request))
    sendPage(
      request,
      response,
      DYNO_SIZES.filter(({ name }) => sizeIn(runtime, name)),
      sizeFields,
      serializeDynoSize,
    )
  })
  routes.get('/dyno-sizes/:size', (request, response) => {
    const identity = param(request, 'size')
    const size = dynoSize(identity) ?? DYNO_SIZES.find((one) => sizeFields.id(one) === identity)
    if (!size) throw new NotFound('dyno size')
    response.json(serializeDynoSize(size))
  })

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
      byName(
        (one: string) => stableId(`team ${one}`),
        (one) => one,
      ),
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
      byName(
        (one: SpaceRecord) => one.id,
        (one) => one.name,
      ),
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

/** When Heroku had these, as far as anybody here needs to know. */
const SINCE = '2012-01-01T00:00:00.000Z'
const dates = { created_at: SINCE, updated_at: SINCE }

const serializeRegion = ({ name, country, locale, isPrivate, provider }: Region) => ({
  ...idAndName('region', name),
  ...dates,
  country,
  locale,
  description: `${locale}, ${country}`,
  private_capable: isPrivate,
  provider: { name: 'amazon-web-services', region: provider },
})

const serializeStack = (name: (typeof STACKS)[number]) => ({
  ...idAndName('stack', name),
  ...dates,
  default: name === 'heroku-24',
  state: 'public',
})

const serializeTeam = (name: string) => ({
  ...idAndName('team', name),
  ...dates,
  credit_card_collections: false,
  default: false,
  enterprise_account: null,
  identity_provider: null,
  membership_limit: null,
  provisioned_licenses: false,
  role: 'admin',
  type: 'team',
})

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

/**
 * CPUs are in the name on Fir; elsewhere the shares of articles/dyno-types count for less than one.
 */
const computeOf = ({ name, costClass, memory }: DynoSize): number =>
  Number(
    /^dyno-(\d+)c/.exec(name)?.[1] ??
      (costClass === 'performance' ? Math.max(2, Math.round(memory / 2048)) : 1),
  )

const serializeDynoSize = (size: DynoSize) => ({
  id: stableId(`dyno size ${size.name}`),
  name: size.name,
  memory: size.memory / 1024,
  compute: computeOf(size),
  cost: { cents: size.listPrice * 100, unit: 'month' },
  dedicated: !['eco', 'basic', 'standard', 'fir'].includes(size.costClass),
  precise_dyno_units: size.listPrice / 500,
  architecture: 'amd64',
  private_space_only: ['private', 'shield', 'fir'].includes(size.costClass),
  generation: idAndName('generation', size.costClass === 'fir' ? 'fir' : 'cedar'),
})
