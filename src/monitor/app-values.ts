import { ownText } from './ring.js'

/**
 * What the runtime's lines carry of an app's own metrics and actions: src/runtime/app-metrics.ts
 * writes them.
 */

/** One metric of an app. */
export interface AppMetric {
  name: string
  /** Text if the app gives no number. */
  value: number | string
  unit: string | null
}

export const METRIC = 'metric#'

/** No instance tells more: the runtime stops at 20. */
const MOST = 50
const LONGEST = 200

/**
 * A number, and its unit right behind it or after a space: not a version, a time or a date, which are
 * text.
 */
const NUMBER = /^(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)(?:((?!e[-+\d])[\p{L}%°].*)| (\D.*))?$/isu

/** Reads `metric#NAME=VALUE`; undefined for a name that the runtime did not write. */
function readMetric(key: string, value: string): AppMetric | undefined {
  const name = decoded(key.slice(METRIC.length))
  if (name === undefined) return undefined
  const [, number, close, apart] = NUMBER.exec(value) ?? []
  const unit = close ?? apart
  return number === undefined
    ? { name, value: ownText(value, LONGEST), unit: null }
    : { name, value: Number(number), unit: unit === undefined ? null : ownText(unit, LONGEST) }
}

export function addMetric(to: AppMetric[], key: string, value: string): void {
  const metric = to.length < MOST ? readMetric(key, value) : undefined
  if (metric) to.push(metric)
}

/** Names as the app gave them to its actions. */
export function readActions(value: string): string[] {
  return value
    .split(',')
    .slice(0, MOST)
    .map(decoded)
    .filter((name) => name !== undefined && name !== '') as string[]
}

function decoded(text: string): string | undefined {
  try {
    return ownText(decodeURIComponent(text), LONGEST)
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}
