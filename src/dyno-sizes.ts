export interface DynoSize {
  /** As the Platform API spells it. */
  name: string
  /** Memory quota in MB. */
  memory: number
  /** Most dynos of one process type; 1 for eco and basic. */
  maxPerType: number
  /** Whether preboot is allowed. */
  preboot: boolean
  costClass: 'eco' | 'basic' | 'standard' | 'performance'
  /** US dollars a month of one dyno that runs all the time, to tell more from less; eco's is one of all eco dynos together. */
  listPrice: number
}

/** https://devcenter.heroku.com/articles/dyno-types and dyno-scaling-and-process-limits; prices of https://www.heroku.com/pricing. */
export const DYNO_SIZES: readonly DynoSize[] = [
  { name: 'Eco', memory: 512, maxPerType: 1, preboot: false, costClass: 'eco', listPrice: 5 },
  { name: 'Basic', memory: 512, maxPerType: 1, preboot: false, costClass: 'basic', listPrice: 7 },
  { name: 'Standard-1X', memory: 512, maxPerType: 100, preboot: true, costClass: 'standard', listPrice: 25 },
  { name: 'Standard-2X', memory: 1024, maxPerType: 100, preboot: true, costClass: 'standard', listPrice: 50 },
  { name: 'Performance-M', memory: 2560, maxPerType: 10, preboot: true, costClass: 'performance', listPrice: 250 },
  { name: 'Performance-L', memory: 14336, maxPerType: 10, preboot: true, costClass: 'performance', listPrice: 500 },
  { name: 'Performance-L-RAM', memory: 30720, maxPerType: 10, preboot: true, costClass: 'performance', listPrice: 500 },
  { name: 'Performance-XL', memory: 63488, maxPerType: 10, preboot: true, costClass: 'performance', listPrice: 750 },
  { name: 'Performance-2XL', memory: 129024, maxPerType: 10, preboot: true, costClass: 'performance', listPrice: 1500 },
]

/** Finds a size however it is typed (standard-1x, Standard-1X); undefined where there is none. */
export function dynoSize(name: string): DynoSize | undefined {
  return DYNO_SIZES.find((size) => size.name.toLowerCase() === name.toLowerCase())
}
