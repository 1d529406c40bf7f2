/**
 * How many dynos, of which size, and how many instances in each: plans as data, and the wait until
 * they run.
 */
export { parseScale, type ScaleExpression } from './expression.js'
export { appsKnown, INSTANCES_VAR, planInstances, type InstancesPlan } from './instances.js'
export { planScale, type ScaleChange, type ScalePlan } from './plan.js'
export { waitForDynos, type WaitOptions } from './wait.js'
export { DynoNews, dynoWord, type Pending } from './dyno-news.js'
export {
  isRollbackTarget,
  planRollback,
  rollBack,
  ROLLBACK,
  type RollbackOptions,
} from './rollback.js'
export { reload, type ReloadEvent, type ReloadResult } from './reload.js'
export { restart } from './restart.js'
export { cycle } from './cycle.js'
export { exactSelection, parseSelection, parseType, type Selection } from './select.js'
export {
  dynosOf,
  findNamed,
  ofWholeDynos,
  placedIn,
  resolveName,
  selectionsOf,
  spokenName,
  stoppable,
  typesOf,
  type Named,
  type NamedInstances,
} from './names.js'
export { planStart, planStop, STOPPED_VAR } from './stopped.js'
export { planOneMore, applyChange } from './one-more.js'
export {
  instancesFit,
  roomInWords,
  typesWith,
  unknownMemory,
  type InstancesFit,
} from './instance-memory.js'
export { waitForInstances } from './wait-instances.js'
export {
  costInWords,
  describeFit,
  describeMisfit,
  howReloaded,
  reloadInWords,
  scaleInWords,
} from './in-words.js'
export { applyStart, applyStop } from './apply-stop.js'
