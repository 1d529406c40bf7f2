/** The rules of the dashboard's alerts: one more is a file here, its row, and its id in wire.ts. */
import type { Rule } from '../rule.js'
import { crashLoop } from './crash-loop.js'
import { down } from './down.js'
import { errors } from './errors.js'
import { memory } from './memory.js'
import { quota } from './quota.js'
import { silent } from './silent.js'
import { slow } from './slow.js'
import { unreachable } from './unreachable.js'

export const RULES: readonly Rule[] = [
  unreachable,
  down,
  crashLoop,
  errors,
  slow,
  memory,
  quota,
  silent,
]
