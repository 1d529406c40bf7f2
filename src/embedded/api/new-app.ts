/** What a new app is: its name, its place, and its record. */
import { randomInt, randomUUID } from 'node:crypto'
import type { AppRecord, ReleaseRecord, SpaceRecord } from '../store/records.js'
import { ApiError, InvalidParams, NotFound } from './api-error.js'
import { ACCOUNT_EMAIL, stableId } from './identity.js'
import type { ApiParts } from './parts.js'
import { REGIONS, STACKS, regionNamed } from './place.js'
import { textOf } from './request.js'

/** A new app as Heroku makes it: no slug, and its first two releases behind it. */
export function newApp(
  name: string,
  place: Partial<Pick<AppRecord, 'generation' | 'region' | 'team' | 'space'>> = {},
  now = new Date().toISOString(),
): AppRecord {
  const releases = ['Initial release', 'Enable Logplex'].map(
    (description, index): ReleaseRecord => ({
      id: randomUUID(),
      version: index + 1,
      description,
      status: 'succeeded',
      slug_id: null,
      config_vars: {},
      user: ACCOUNT_EMAIL,
      created_at: now,
      updated_at: now,
    }),
  )
  return {
    id: randomUUID(),
    name,
    generation: 'cedar',
    region: 'us',
    ...place,
    webhooks: [],
    drains: [],
    addons: [],
    maintenance: false,
    features: {},
    config_vars: {},
    formation: {},
    releases,
    current_release_id: releases.at(-1)?.id ?? null,
    builds: [],
    slugs: [],
    domains: [],
    created_at: now,
    updated_at: now,
    released_at: now,
  }
}

/**
 * The rule and the words of Heroku, but for the length: Heroku wants 3 to 30 characters, here 2 do,
 * as rehearsals have short names.
 */
export function checkAppName(name: unknown): string {
  if (typeof name !== 'string' || name === '') throw new InvalidParams("Name can't be blank")
  if (name.length < 2) throw new InvalidParams('Name is too short (minimum is 2 characters)')
  if (!/^[a-z][a-z0-9-]*[a-z0-9]$/.test(name)) {
    throw new InvalidParams(
      'Name must start with a letter, end with a letter or digit and can only contain ' +
        'lowercase letters, digits, and dashes.',
    )
  }
  if (name.length > 30) throw new InvalidParams('Name is too long (maximum is 30 characters)')
  return name
}

const ADJECTIVES = [
  'amber',
  'brisk',
  'calm',
  'dusty',
  'eager',
  'fresh',
  'gentle',
  'hidden',
  'keen',
  'lucky',
  'mellow',
  'nimble',
  'polar',
  'quiet',
  'rapid',
  'silver',
  'tidy',
  'vivid',
  'warm',
  'young',
]
const NOUNS = [
  'anchor',
  'bay',
  'breeze',
  'canyon',
  'coast',
  'delta',
  'fjord',
  'grove',
  'harbor',
  'island',
  'lagoon',
  'meadow',
  'ocean',
  'pier',
  'reef',
  'river',
  'sail',
  'spring',
  'tide',
  'valley',
]

/** A name for an app that was made without one: brisk-harbor-48213. */
export function generateAppName(): string {
  return `${ADJECTIVES[randomInt(ADJECTIVES.length)]}-${NOUNS[randomInt(NOUNS.length)]}-${randomInt(10_000, 100_000)}`
}

type Place = Pick<AppRecord, 'generation' | 'region' | 'team' | 'space'>

/**
 * Where a new app goes. A team is as good as its name here, and a space that nobody has made is
 * made with the app, of the generation that new apps have; Heroku knows neither before an
 * administrator has made it.
 */
export async function placeOf(
  body: Record<string, unknown>,
  { spaces, generation }: ApiParts,
): Promise<Place> {
  const { region, stack, team, space, personal, internal_routing: internal } = body
  checkStack(stack)
  const wanted = region === undefined || region === null ? undefined : regionNamed(region)
  if (region !== undefined && region !== null && (!wanted || wanted.isPrivate)) {
    throw new ApiError(
      422,
      'invalid_params',
      `Region ${textOf(region)} is not one of: ${REGIONS.filter(({ isPrivate }) => !isPrivate)
        .map(({ name }) => name)
        .join(', ')}`,
    )
  }
  for (const [field, value] of Object.entries({ team, space })) {
    if (
      value !== undefined &&
      value !== null &&
      (typeof value !== 'string' || !/^[a-z][a-z0-9-]{1,60}$/.test(value))
    )
      throw new NotFound(field)
  }
  if (internal === true && !space)
    throw new InvalidParams('Internal routing is for apps in Private Spaces.')
  const found =
    typeof space === 'string'
      ? (spaces.find(space) ??
        (await spaces.create({
          name: space,
          team: typeof team === 'string' ? team : `${space}-team`,
        })))
      : undefined
  const local = found ?? (generation() === 'fir' ? await firSpace(spaces) : undefined)
  const owner = typeof team === 'string' && personal !== true ? team : found?.team
  return {
    generation: local?.generation === 'fir' ? 'fir' : 'cedar',
    region: local?.region ?? wanted?.name ?? 'us',
    ...(local ? { space: { id: local.id, name: local.name, shield: local.shield } } : {}),
    ...(owner === undefined ? {} : { team: owner }),
  }
}

/** Fir apps are in a space, always. */
const firSpace = async (spaces: ApiParts['spaces']): Promise<SpaceRecord> =>
  spaces.find('fir') ?? spaces.create({ name: 'fir', team: 'fir-team', generation: 'fir' })

export function checkStack(stack: unknown): void {
  const isKnown =
    stack === undefined ||
    stack === null ||
    STACKS.some((one) => one === stack || stableId(`stack ${one}`) === stack)
  if (!isKnown)
    throw new ApiError(
      422,
      'invalid_params',
      `Stack ${textOf(stack)} is not one of: ${STACKS.join(', ')}`,
    )
}
