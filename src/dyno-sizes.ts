export interface DynoSize {
  /** As the Platform API spells it. */
  name: string
  /** Memory quota in MB. */
  memory: number
  /** Most dynos of one process type; 1 for eco and basic. */
  maxPerType: number
  /** Whether preboot is allowed. */
  preboot: boolean
}

/** https://devcenter.heroku.com/articles/dyno-types and dyno-scaling-and-process-limits. */
export const DYNO_SIZES: readonly DynoSize[] = [
  { name: 'Eco', memory: 512, maxPerType: 1, preboot: false },
  { name: 'Basic', memory: 512, maxPerType: 1, preboot: false },
  { name: 'Standard-1X', memory: 512, maxPerType: 100, preboot: true },
  { name: 'Standard-2X', memory: 1024, maxPerType: 100, preboot: true },
  { name: 'Performance-M', memory: 2560, maxPerType: 10, preboot: true },
  { name: 'Performance-L', memory: 14336, maxPerType: 10, preboot: true },
  { name: 'Performance-L-RAM', memory: 30720, maxPerType: 10, preboot: true },
  { name: 'Performance-XL', memory: 63488, maxPerType: 10, preboot: true },
  { name: 'Performance-2XL', memory: 129024, maxPerType: 10, preboot: true },
]

/** Finds a size however it is typed (standard-1x, Standard-1X); undefined where there is none. */
export function dynoSize(name: string): DynoSize | undefined {
  return DYNO_SIZES.find((size) => size.name.toLowerCase() === name.toLowerCase())
}
