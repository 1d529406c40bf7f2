import type { Cost } from '../lib/dyno-sizes.js'

/** `standard dynos, costs more`; empty if neither is known. Heroku's price list has the sums. */
export function costInWords({ costClass, costs }: Cost): string {
  return [
    costClass && `${costClass} dynos`,
    costs && (costs === 'same' ? 'costs the same' : `costs ${costs}`),
  ]
    .filter(Boolean)
    .join(', ')
}
