/**
 * Promotion: the release of one app of a pipeline becomes a release of others, verified and undone
 * as a deploy is.
 */
export { commitDifferences, configDifferences, type Differences } from './differences.js'
export { findPromotion, type Promotion } from './promotion.js'
export { isStage } from './stages.js'
export { planPromotion } from './plan-promotion.js'
export {
  failureOf,
  runPromotion,
  type PromotionTarget,
  type TargetOutcome,
} from './run-promotion.js'
export { environmentOf, readEnvironments, sourceOf, type Targets } from './environments.js'
