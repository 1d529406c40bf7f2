/** How many dynos, of which size, and how many instances in each: plans as data, and the wait until they run. */
export { parseScale, type ScaleExpression } from './expression.js'
export { INSTANCES_VAR, planInstances, type InstancesPlan } from './instances.js'
export { planScale, type Scale, type ScaleChange, type ScalePlan } from './plan.js'
export { waitForDynos, type Wanted, type WaitOptions } from './wait.js'
