/** Review apps: an app of a pipeline's review stage for each pull request, without GitHub's app. */
export { findReview, placeOf, type PipelineOf, type Review } from './find-review.js'
