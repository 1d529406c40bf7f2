import { dynoSize, type DynoSize } from '../../lib/dyno-sizes.js'
import { stableId } from './identity.js'
import type { AppRecord } from '../store/records.js'

export type Generation = 'cedar' | 'fir'

/**
 * What runs an app: the Common Runtime, a Private Space, one that is a Shield space, or Fir
 * (devcenter.heroku.com/articles/dyno-runtime, generations).
 */
export type Runtime = 'common' | 'private' | 'shield' | 'fir'

export const runtimeOf = ({
  generation,
  space,
}: Pick<AppRecord, 'generation' | 'space'>): Runtime =>
  generation === 'fir' ? 'fir' : !space ? 'common' : space.shield ? 'shield' : 'private'

const CLASSES: Record<Runtime, readonly DynoSize['costClass'][]> = {
  common: ['eco', 'basic', 'standard', 'performance'],
  private: ['private'],
  shield: ['shield'],
  fir: ['fir'],
}

/**
 * Standard-1X and not Eco on the Common Runtime: the smallest size on which everything that shipit
 * does, preboot included, can be rehearsed. Elsewhere the smallest there is.
 */
export const DEFAULT_SIZES: Record<Runtime, string> = {
  common: 'Standard-1X',
  private: 'Private-S',
  shield: 'Shield-S',
  fir: 'dyno-1c-0.5gb',
}

/** The size of that name that an app can have; undefined for one of another runtime. */
export function sizeIn(runtime: Runtime, name: string): DynoSize | undefined {
  const size = dynoSize(name)
  return size && CLASSES[runtime].includes(size.costClass) ? size : undefined
}

/**
 * GET /regions of Heroku, as devcenter.heroku.com/articles/regions lists them: two of the Common
 * Runtime, the others for spaces.
 */
export const REGIONS = [
  {
    name: 'us',
    country: 'United States',
    locale: 'Virginia',
    isPrivate: false,
    provider: 'us-east-1',
  },
  { name: 'eu', country: 'Ireland', locale: 'Dublin', isPrivate: false, provider: 'eu-west-1' },
  { name: 'dublin', country: 'Ireland', locale: 'Dublin', isPrivate: true, provider: 'eu-west-1' },
  {
    name: 'frankfurt',
    country: 'Germany',
    locale: 'Frankfurt',
    isPrivate: true,
    provider: 'eu-central-1',
  },
  {
    name: 'london',
    country: 'United Kingdom',
    locale: 'London',
    isPrivate: true,
    provider: 'eu-west-2',
  },
  {
    name: 'montreal',
    country: 'Canada',
    locale: 'Montreal',
    isPrivate: true,
    provider: 'ca-central-1',
  },
  { name: 'mumbai', country: 'India', locale: 'Mumbai', isPrivate: true, provider: 'ap-south-1' },
  {
    name: 'oregon',
    country: 'United States',
    locale: 'Oregon',
    isPrivate: true,
    provider: 'us-west-2',
  },
  {
    name: 'singapore',
    country: 'Singapore',
    locale: 'Singapore',
    isPrivate: true,
    provider: 'ap-southeast-1',
  },
  {
    name: 'sydney',
    country: 'Australia',
    locale: 'Sydney',
    isPrivate: true,
    provider: 'ap-southeast-2',
  },
  { name: 'tokyo', country: 'Japan', locale: 'Tokyo', isPrivate: true, provider: 'ap-northeast-1' },
  {
    name: 'virginia',
    country: 'United States',
    locale: 'Virginia',
    isPrivate: true,
    provider: 'us-east-1',
  },
] as const

export type Region = (typeof REGIONS)[number]

export const regionNamed = (name: unknown): Region | undefined =>
  REGIONS.find((region) => region.name === name || stableId(`region ${region.name}`) === name)

/** Stacks that an app can be on; `cnb` is what Fir says of its images. */
export const STACKS = ['heroku-22', 'heroku-24', 'cnb'] as const

/** The stack that everything here is built as. */
export const stackOf = ({ generation }: Pick<AppRecord, 'generation'>): string =>
  generation === 'fir' ? 'cnb' : 'heroku-24'

export const idAndName = (kind: string, name: string): { id: string; name: string } => ({
  id: stableId(`${kind} ${name}`),
  name,
})
