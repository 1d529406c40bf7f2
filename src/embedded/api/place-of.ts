import { ApiError, InvalidParams, NotFound } from './api-error.js'
import { stableId } from './identity.js'
import { regionNamed, REGIONS, STACKS } from './place.js'
import type { AppRecord, SpaceRecord } from '../store/types.js'
import type { ApiParts } from './parts.js'
import { textOf } from './request.js'

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
