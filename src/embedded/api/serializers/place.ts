import type { DynoSize } from '../../../lib/dyno-sizes.js'
import { stableId } from '../identity.js'
import { idAndName, STACKS, type Region } from '../place.js'
import type { SpaceRecord } from '../../store/types.js'

/** When Heroku had these, as far as anybody here needs to know. */
const SINCE = '2012-01-01T00:00:00.000Z'
const dates = { created_at: SINCE, updated_at: SINCE }

export const serializeRegion = ({ name, country, locale, isPrivate, provider }: Region) => ({
  ...idAndName('region', name),
  ...dates,
  country,
  locale,
  description: `${locale}, ${country}`,
  private_capable: isPrivate,
  provider: { name: 'amazon-web-services', region: provider },
})

export const serializeStack = (name: (typeof STACKS)[number]) => ({
  ...idAndName('stack', name),
  ...dates,
  default: name === 'heroku-24',
  state: 'public',
})

export const serializeTeam = (name: string) => ({
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

export const serializeSpace = ({
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

export const serializeDynoSize = (size: DynoSize) => ({
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
