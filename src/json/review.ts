/** Review apps: one that is up, and one that is gone. */
import type { DeployResult } from '../deploy/index.js'
import type { Review } from '../deploy/review/index.js'
import { DEPLOYED, deployDocument, POSTDEPLOY } from './deploy.js'
import { boolean, nullable, object, string, type Json } from './schema.js'

const pipeline = object({ id: string(), name: string() })

export const REVIEW_UP = object({
  ...DEPLOYED,
  pipeline,
  created: boolean('whether the app was made by this'),
})
export const REVIEW_DOWN = object({
  app: string(),
  pipeline,
  destroyed: boolean('false where there was none'),
  pr_predestroy: nullable(POSTDEPLOY, 'null if it was not run'),
})

export const reviewDocument = (
  { pipeline: { id, name }, app }: Review,
  result: DeployResult,
): Json<typeof REVIEW_UP> => ({
  ...deployDocument(result),
  pipeline: { id, name },
  created: app === undefined,
})
