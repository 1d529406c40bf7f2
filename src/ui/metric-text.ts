import type { AppMetric } from '../monitor/index.js'

/** `23 users`, `12.5 ms`, `63%`, `idle`. */
export function metricText({ value, unit }: AppMetric): string {
  return unit === null ? String(value) : unit === '%' ? `${value}%` : `${value} ${unit}`
}
