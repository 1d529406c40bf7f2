import { dynoSize } from '../../lib/dyno-sizes.js'
import { webDyno } from '../dyno-of-web.js'
import type { Check } from '../check.js'
import { edit, eachApp } from './options.js'

const SMALLEST = dynoSize('Eco')!
const MB = 2 ** 20

/**
 * max_memory_restart beyond the memory of the dyno: Heroku tells R14 from its quota on, and kills
 * the dyno at R15 (devcenter: dyno-memory-behavior) before PM2 restarts anything.
 */
export const memoryLimit: Check = {
  name: 'memory-limit',
  theme: 'App',
  asserts: 'max_memory_restart comes before the limit of the dyno',
  run: eachApp((app, index, facts) => {
    const limit = app['max_memory_restart']
    const web = webDyno(facts)
    const { memory } = web ?? SMALLEST
    if (typeof limit !== 'number' || limit <= memory * MB) return []
    return [
      {
        severity: 'warning',
        what:
          `${app.name} is restarted at ${Math.round(limit / MB)} MB (max_memory_restart), and ` +
          `${web ? `a ${web.name} dyno` : 'the smaller dynos'} ${web ? 'has' : 'have'} ${memory} MB.`,
        why: 'Heroku would say R14, and kill the dyno (R15), before PM2 restarts an instance.',
        next:
          'Take max_memory_restart out: the runtime then goes by the memory of the dyno. Or ' +
          `take a larger dyno${web ? '' : ', and name it in formation of `deploy:`'}.`,
        ...edit(facts, index, 'max_memory_restart'),
      },
    ]
  }),
}
