/** Makes an app ready for PM2 on Heroku: look (detect, gather), say what will be done (plan), do it or nothing (apply). */

import path from 'node:path'
import { ecosystemFiles, type EcosystemFiles } from './ecosystem-adapter.js'
import { isRepository } from './git-ignored.js'
import { gather, mustHaveTool } from './gather.js'
import { planInit } from './plan/index.js'
import { runtimeTarball, type RuntimeTarball } from './runtime-tarball.js'
import type { Detected, InitOptions, InitPlan } from './types.js'

export { applyPlan } from './apply/index.js'
export { describePlan } from './describe-plan.js'
export type * from './types.js'

/** What is loaded from elsewhere unless it is given. */
export interface InitParts {
  ecosystem?: EcosystemFiles
  runtime?: RuntimeTarball
}

export interface Prepared {
  plan: InitPlan
  detected: Detected
  /** Whether the folder lies in a git repository. */
  isRepository: boolean
}

/**
 * Looks at a folder and plans what makes it run under shipit-runtime; changes nothing. No steps: it is ready.
 * Throws ShipitError `usage` (no such folder, an entry that is not there) or `project` (no package.json, nothing to start,
 * two lockfiles, an invalid ecosystem file, a package manager that is not installed).
 */
export async function prepareInit(dir: string, options: InitOptions, parts: InitParts = {}): Promise<Prepared> {
  const files = parts.ecosystem ?? (await ecosystemFiles())
  const { detected, facts } = await gather(path.resolve(dir), options, files, parts.runtime ?? runtimeTarball())
  const plan = planInit(detected, options, facts, files.render)
  if (plan.steps.some(({ kind }) => kind === 'run')) mustHaveTool(detected)
  return { plan, detected, isRepository: await isRepository(plan.dir) }
}
