import type { Series } from '../../monitor/index.js'
import { type Block, type Glyphs, type Style, beside, framed } from './frame.js'

interface Figure {
  name: string
  of: keyof Series
  /** The value as it stands in the title. */
  say(value: number): string
  /** A chart is never finer than this: noise is not to look like a storm. */
  least: number
  paint: 'green' | 'cyan' | 'yellow' | 'blue' | 'red'
}

const count = (value: number): string =>
  value >= 10_000 ? `${Math.round(value / 1000)}k` : String(Math.round(value))
const FIGURES: readonly Figure[] = [
  {
    name: 'CPU',
    of: 'cpuPercent',
    say: (value) => `${Math.round(value)}%`,
    least: 10,
    paint: 'green',
  },
  {
    name: 'Memory',
    of: 'memoryMb',
    say: (value) => (value >= 10_000 ? `${(value / 1024).toFixed(1)}G` : `${Math.round(value)}M`),
    least: 1,
    paint: 'cyan',
  },
  {
    name: 'Loop',
    of: 'eventLoopP95Ms',
    say: (value) => `${value >= 100 ? Math.round(value) : Number(value.toFixed(1))}ms`,
    least: 10,
    paint: 'yellow',
  },
  {
    name: 'Req',
    of: 'requestsPerMinute',
    say: (value) => `${count(value)}/m`,
    least: 10,
    paint: 'blue',
  },
  {
    name: 'Errors',
    of: 'errorsPerMinute',
    say: (value) => `${count(value)}/m`,
    least: 5,
    paint: 'red',
  },
]

/** Values that a chart of this width can show. */
export const chartColumns = (width: number): number => Math.ceil(width / FIGURES.length)

/**
 * The five figures side by side, each with its last value, and the most that its chart shows where
 * there is room.
 */
export function charts(
  series: Series,
  { width, height }: { width: number; height: number },
  style: Style,
): Block {
  const widths = FIGURES.map(
    (_, at) =>
      Math.floor((width * (at + 1)) / FIGURES.length) - Math.floor((width * at) / FIGURES.length),
  )
  return beside(
    ...FIGURES.map((figure, at) => {
      const values = series[figure.of]
      const known = values.filter((value) => !Number.isNaN(value))
      const most = Math.max(figure.least, ...known)
      // A value of a while ago is not what is now.
      const last = values.slice(-3).findLast((value) => !Number.isNaN(value))
      const rows = chart(
        values,
        { width: widths[at]! - 2, height: height - 2, most },
        style.glyphs,
      ).map((row) => style.colours[figure.paint](row))
      return framed(
        rows,
        {
          title: `${figure.name} ${last === undefined ? '-' : figure.say(last)}`,
          note: known.length === 0 ? '' : `max ${figure.say(Math.max(...known))}`,
          width: widths[at]!,
          height,
        },
        style,
      )
    }),
  )
}

/**
 * Columns of bars, one a value, the last value at the right: rows of exactly `width` characters,
 * top first. What is not known is left empty; more than nothing is always seen.
 * @param most the value that fills a column
 */
export function chart(
  values: readonly number[],
  { width, height, most }: { width: number; height: number; most: number },
  { bars }: Glyphs,
): string[] {
  const steps = bars.length - 1
  const shown = values.slice(-width)
  const heights = [
    ...new Array<number>(width - shown.length).fill(0),
    ...shown.map((value) =>
      Number.isNaN(value) || value <= 0 || most <= 0
        ? 0
        : Math.min(height * steps, Math.max(1, Math.round((value / most) * height * steps))),
    ),
  ]
  return Array.from({ length: height }, (_, row) => {
    const below = (height - 1 - row) * steps
    return heights.map((full) => bars[Math.max(0, Math.min(steps, full - below))]).join('')
  })
}
