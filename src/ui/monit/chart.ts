import type { Glyphs } from './style.js'

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
