import type { Measured } from './meter.js'
import { totalOf } from './memory.js'

const mb = (size: number) => `${size.toFixed(2)}MB`

/**
 * Heroku's lines of a dyno's load and memory (devcenter.heroku.com/articles/log-runtime-metrics).
 * What this system does not tell is not in them.
 * @param source web.1
 * @param quota MB
 */
export function metricsLines(
  { memory, loads, pages }: Measured,
  { source, appId, id, quota }: { source: string; appId: string; id: string; quota: number },
): string[] {
  const head = `source=${source} dyno=heroku.${appNumber(appId)}.${id}`
  const samples = (pairs: [string, string | undefined][]) =>
    [
      head,
      ...pairs.flatMap(([name, value]) => (value === undefined ? [] : [`sample#${name}=${value}`])),
    ].join(' ')
  const known = (value: number | undefined) => (value === undefined ? undefined : mb(value))
  const load =
    loads &&
    samples([
      ['load_avg_1m', loads[0].toFixed(2)],
      ['load_avg_5m', loads[1].toFixed(2)],
      ['load_avg_15m', loads[2].toFixed(2)],
    ])
  return [
    ...(load === undefined ? [] : [load]),
    samples([
      ['memory_total', mb(totalOf(memory))],
      ['memory_rss', mb(memory.rss)],
      ['memory_cache', known(memory.cache)],
      ['memory_swap', known(memory.swap)],
      ['memory_pgpgin', pages && `${pages.in}pages`],
      ['memory_pgpgout', pages && `${pages.out}pages`],
      ['memory_quota', mb(quota)],
    ]),
  ]
}

/** Heroku numbers its apps; here the number follows from the id. */
const appNumber = (appId: string): number => parseInt(appId.slice(0, 6), 16) || 0
