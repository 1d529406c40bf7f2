import type { Dyno } from '../heroku/index.js'
import { timeAndAge } from './ago.js'
import { colours } from './colours.js'
import { printable } from './printable.js'

/** Dynos, sorted as they come, in Heroku's form: a head for each process type, a line for each dyno. */
export function renderDynos(dynos: readonly Dyno[], now = Date.now()): string {
  const c = colours()
  const state = (dyno: Dyno) => (dyno.state === 'up' ? c.green : dyno.state === 'crashed' ? c.red : c.yellow)(dyno.state)
  const types = [...new Set(dynos.map(({ type }) => type))].sort()
  return types.map((type) => {
    const ofType = dynos.filter((dyno) => dyno.type === type)
    const isOneOff = type === 'run'
    const head = isOneOff ? `=== ${c.bold('run')}: one-off processes (${ofType.length})` : `=== ${c.bold(type)} (${ofType[0]!.size}): ${printable(ofType[0]!.command)} (${ofType.length})`
    const lines = ofType.map((dyno) => {
      const name = isOneOff ? `${dyno.name} (${dyno.size})` : dyno.name
      return `${name}: ${state(dyno)} ${timeAndAge(dyno.updated_at, now)}, v${dyno.release.version}${isOneOff ? `: ${printable(dyno.command)}` : ''}`
    })
    return [head, ...lines].join('\n')
  }).join('\n\n')
}
