import type { DynoCount } from './dyno-count.js'

export interface DynoSize {
  /** As the Platform API spells it. */
  name: string
  /** Memory quota in MB. */
  memory: number
  /** Times its quota at which Heroku kills a dyno (R15). */
  killedAt: number
  /** Most dynos of one process type; 1 for eco and basic. */
  maxPerType: number
  /** Whether preboot is allowed. */
  preboot: boolean
  costClass: 'eco' | 'basic' | 'standard' | 'performance' | 'private' | 'shield' | 'fir'
  /**
   * US dollars a month of one dyno that runs all the time, to tell more from less; eco's is one of
   * all eco dynos together.
   */
  listPrice: number
}

/**
 * https://devcenter.heroku.com/articles/dyno-types, dyno-memory-behavior and
 * dyno-scaling-and-process-limits; prices of https://www.heroku.com/pricing.
 */
export const DYNO_SIZES: readonly DynoSize[] = [
  {
    name: 'Eco',
    memory: 512,
    killedAt: 2,
    maxPerType: 1,
    preboot: false,
    costClass: 'eco',
    listPrice: 5,
  },
  {
    name: 'Basic',
    memory: 512,
    killedAt: 2,
    maxPerType: 1,
    preboot: false,
    costClass: 'basic',
    listPrice: 7,
  },
  {
    name: 'Standard-1X',
    memory: 512,
    killedAt: 2,
    maxPerType: 100,
    preboot: true,
    costClass: 'standard',
    listPrice: 25,
  },
  {
    name: 'Standard-2X',
    memory: 1024,
    killedAt: 2,
    maxPerType: 100,
    preboot: true,
    costClass: 'standard',
    listPrice: 50,
  },
  {
    name: 'Performance-M',
    memory: 2560,
    killedAt: 2,
    maxPerType: 10,
    preboot: true,
    costClass: 'performance',
    listPrice: 250,
  },
  {
    name: 'Performance-L',
    memory: 14336,
    killedAt: 2,
    maxPerType: 10,
    preboot: true,
    costClass: 'performance',
    listPrice: 500,
  },
  {
    name: 'Performance-L-RAM',
    memory: 30720,
    killedAt: 1.2,
    maxPerType: 10,
    preboot: true,
    costClass: 'performance',
    listPrice: 500,
  },
  {
    name: 'Performance-XL',
    memory: 63488,
    killedAt: 1.2,
    maxPerType: 10,
    preboot: true,
    costClass: 'performance',
    listPrice: 750,
  },
  {
    name: 'Performance-2XL',
    memory: 129024,
    killedAt: 1.2,
    maxPerType: 10,
    preboot: true,
    costClass: 'performance',
    listPrice: 1500,
  },
  ...inSpace('private', [
    ['S', 1024, 225],
    ['M', 2560, 450],
    ['L', 14336, 900],
    ['L-RAM', 30720, 500],
    ['XL', 63488, 750],
    ['2XL', 129024, 1500],
  ]),
  ...inSpace('shield', [
    ['S', 1024, 270],
    ['M', 2560, 540],
    ['L', 14336, 1080],
    ['L-RAM', 30720, 600],
    ['XL', 63488, 900],
    ['2XL', 129024, 1800],
  ]),
  ...onFir([
    [1, 0.5, 25],
    [2, 1, 50],
    [1, 4, 80],
    [2, 8, 160],
    [4, 16, 320],
    [8, 32, 640],
    [16, 64, 1000],
    [2, 4, 150],
    [4, 8, 300],
    [8, 16, 600],
    [16, 32, 1200],
    [32, 64, 2400],
    [1, 8, 100],
    [2, 16, 250],
    [4, 32, 500],
    [8, 64, 750],
    [16, 128, 1500],
  ]),
]

/**
 * Of Private Spaces: dynos are replaced one after the other without preboot, which they do not have
 * (articles/private-spaces).
 */
function inSpace(
  costClass: 'private' | 'shield',
  sizes: readonly (readonly [string, number, number])[],
): DynoSize[] {
  const kind = costClass === 'private' ? 'Private' : 'Shield'
  return sizes.map(([size, memory, listPrice]) => ({
    name: `${kind}-${size}`,
    memory,
    killedAt: memory > 14_336 ? 1.2 : 2,
    maxPerType: 100,
    preboot: false,
    costClass,
    listPrice,
  }))
}

/**
 * vCPUs, GB and price; a dyno is ended at its quota, which its cgroup holds (articles/generations).
 */
function onFir(sizes: readonly (readonly [number, number, number])[]): DynoSize[] {
  return sizes.map(([cpus, gb, listPrice]) => ({
    name: `dyno-${cpus}c-${gb}gb`,
    memory: gb * 1024,
    killedAt: 1,
    maxPerType: 100,
    preboot: false,
    costClass: 'fir',
    listPrice,
  }))
}

/** Finds a size however it is typed (standard-1x, Standard-1X); undefined if there is none. */
export function dynoSize(name: string): DynoSize | undefined {
  return DYNO_SIZES.find((size) => size.name.toLowerCase() === name.toLowerCase())
}

export interface Cost {
  /** Class of price of the dynos afterwards; null if the size is not known. */
  costClass: DynoSize['costClass'] | null
  /** At Heroku's list prices; null if it cannot be known. */
  costs: 'more' | 'less' | 'same' | null
}

/**
 * What a change of a process type's dynos does to the bill. @param before null for a type that is
 * new
 */
export function costOf(
  before: DynoCount<string | null> | null,
  after: DynoCount<string | null>,
): Cost {
  const [old, now] = [before, after].map(
    (count) => count && (count.quantity === 0 ? 0 : priceOf(count)),
  )
  const costClass = after.size === null ? null : (dynoSize(after.size)?.costClass ?? null)
  if (now === undefined || now === null || old === undefined) return { costClass, costs: null }
  return { costClass, costs: now > (old ?? 0) ? 'more' : now < (old ?? 0) ? 'less' : 'same' }
}

function priceOf({ quantity, size }: DynoCount<string | null>): number | undefined {
  const price = size === null ? undefined : dynoSize(size)?.listPrice
  return price === undefined ? undefined : quantity * price
}
