/**
 * The deploy as a table: a plan lists the steps that it needs, a run takes them in this order, and
 * what undoes a failed one goes through them from the last to the first.
 */
import { config } from './config.js'
import { create } from './create.js'
import { postdeploy } from './postdeploy.js'
import { preflight } from './preflight.js'
import { promote } from './promote.js'
import { push } from './push.js'
import { release } from './release.js'
import { scaleDown, scaleUp } from './scale.js'
import { boot, health, preboot } from './serve.js'
import { setUp } from './set-up.js'
import type { Step } from './step.js'

export const STEPS: readonly Step[] = [
  preflight,
  create,
  setUp,
  config,
  push,
  promote,
  release,
  postdeploy,
  scaleUp,
  boot,
  preboot,
  health,
  scaleDown,
]
