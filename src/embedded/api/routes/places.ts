import { Router } from 'express'
import { DYNO_SIZES, type DynoSize, dynoSize } from '../../../lib/dyno-sizes.js'
import { NotFound } from '../api-error.js'
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
import { appOf, param, sendPage } from '../request.js'
import { SINCE } from '../since.js'

/** Where apps can be: regions, stacks and sizes. */
export function placeRoutes({ store }: ApiParts): Router {
  const routes = Router()
  addRegions(routes)
  addStacks(routes)
  addSizes(routes, store)
  return routes
}

function addRegions(routes: Router): void {
  const regionFields = {
    id: (one: Region) => stableId(`region ${one.name}`),
    name: (one: Region) => one.name,
  }
  routes.get('/regions', (request, response) =>
    sendPage(request, response, REGIONS, regionFields, serializeRegion),
  )
  routes.get('/regions/:region', (request, response) => {
    const region = regionNamed(param(request, 'region'))
    if (!region) throw new NotFound('region')
    response.json(serializeRegion(region))
  })
}

function addStacks(routes: Router): void {
  const stackFields = {
    id: (one: Stack) => stableId(`stack ${one}`),
    name: (one: Stack) => one,
  }
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
}

function addSizes(routes: Router, store: ApiParts['store']): void {
  const sizeFields = {
    id: (one: DynoSize) => stableId(`dyno size ${one.name}`),
    name: (one: DynoSize) => one.name,
  }
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
}

const dates = { created_at: SINCE, updated_at: SINCE }

type Stack = (typeof STACKS)[number]

const serializeRegion = ({ name, country, locale, isPrivate, provider }: Region) => ({
  ...idAndName('region', name),
  ...dates,
  country,
  locale,
  description: `${locale}, ${country}`,
  private_capable: isPrivate,
  provider: { name: 'amazon-web-services', region: provider },
})

const serializeStack = (name: Stack) => ({
  ...idAndName('stack', name),
  ...dates,
  default: name === 'heroku-24',
  state: 'public',
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
