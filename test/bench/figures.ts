/** One measured figure, as `npm run bench -- NAME --json` prints it. */
export interface Figure {
  value: number
  unit: string
  min: number
  max: number
  /** What it is a ratio to, or what ran beside it. */
  versus: string
}

export type Figures = Record<string, Figure>

/**
 * `rounds` is how often each alternative runs, `only` the sections that are wanted, where the bench
 * has some.
 */
interface BenchOptions {
  rounds: number
  only: readonly string[]
  note: (line: string) => void
}

/** A bench: measures alternatives in turn and returns figures. `sections` can be run one by one. */
export type Bench = ((options: BenchOptions) => Promise<Figures>) & {
  rounds?: number
  sections?: readonly string[]
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/**
 * Median, least and most of paired ratios: round by round, so that a noisy minute touches both
 * sides alike.
 */
export function ratio(
  measured: readonly number[],
  base: readonly number[],
  versus: string,
): Figure {
  const ratios = measured.map((value, round) => value / base[round]!)
  return {
    value: median(ratios),
    unit: '×',
    min: Math.min(...ratios),
    max: Math.max(...ratios),
    versus,
  }
}

export function milliseconds(values: readonly number[], versus: string): Figure {
  return {
    value: median(values),
    unit: 'ms',
    min: Math.min(...values),
    max: Math.max(...values),
    versus,
  }
}

/**
 * Runs every alternative once a round, in an order that turns with the round, after one unmeasured
 * round. Returns ms by name.
 */
export async function inTurn<Name extends string>(
  alternatives: Record<Name, (round: number) => Promise<unknown>>,
  rounds: number,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(alternatives) as Name[]
  const times = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<
    Name,
    number[]
  >
  for (let round = -1; round < rounds; round += 1) {
    const order = names.map((_, i) => names[(i + round + 1) % names.length]!)
    for (const name of order) {
      const started = performance.now()
      await alternatives[name](round)
      if (round >= 0) times[name].push(performance.now() - started)
    }
  }
  return times
}
