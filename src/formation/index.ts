/** How many dynos, of which size, and how many instances in each: plans as data, and the wait until they run. */
export { parseScale, type ScaleExpression } from './expression.js'
export { INSTANCES_VAR, planInstances, type InstancesPlan } from './instances.js'
export { planScale, type Scale, type ScaleChange, type ScalePlan } from './plan.js'
export { waitForDynos, type Wanted, type WaitOptions } from './wait.js'
export { reload, type ReloadEvent, type ReloadResult } from './reload.js'
export { restart } from './restart.js'
export { parseSelection, type Selection } from './select.js'
export { planStart, planStop, STOPPED_VAR, type Count } from './stopped.js'
