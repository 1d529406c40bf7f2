import type { Dyno } from '../heroku/index.js'
import { timeAndAge } from './ago.js'
import { colours, printable } from './printable.js'

interface DynoListOptions<D extends Dyno> {
  now: number
  /** What else the dyno's line tells, after its release. */
  about?(dyno: D): string[]
  /** Lines to put below it. */
  below?(dyno: D): string | undefined
}

/**
 * Dynos, sorted as they come, in Heroku's form: a head for each process type, a line for each dyno.
 */
export function renderDynos<D extends Dyno>(
  dynos: readonly D[],
  { now, about = () => [], below = () => undefined }: DynoListOptions<D>,
): string {
  const c = colours()
  const state = (dyno: Dyno) =>
    (dyno.state === 'up' ? c.green : dyno.state === 'crashed' ? c.red : c.yellow)(dyno.state)
  const types = [...new Set(dynos.map(({ type }) => type))].sort()
  return types
    .map((type) => {
      const ofType = dynos.filter((dyno) => dyno.type === type)
      const isOneOff = type === 'run'
      const head = isOneOff
        ? `=== ${c.bold('run')}: one-off processes (${ofType.length})`
        : `=== ${c.bold(type)} (${ofType[0]!.size}): ${printable(ofType[0]!.command)} ` +
          `(${ofType.length})`
      const lines = ofType.flatMap((dyno) => {
        const name = isOneOff ? `${dyno.name} (${dyno.size})` : dyno.name
        const line =
          `${name}: ${state(dyno)} ${timeAndAge(dyno.updated_at, now)}, ` +
          `${[`v${dyno.release.version}`, ...about(dyno)].join(', ')}${isOneOff ? `: ${printable(dyno.command)}` : ''}`
        return [line, below(dyno) ?? []].flat()
      })
      return [head, ...lines].join('\n')
    })
    .join('\n\n')
}
