/**
 * Makes an app ready for PM2 on Heroku: look (detect, gather), say what will be done (plan), do it
 * or nothing (apply).
 */

import path from 'node:path'
import { ecosystemFiles, type EcosystemFiles } from './ecosystem-adapter.js'
import { isRepository } from './git-ignored.js'
import { gather, mustHaveTool } from './gather.js'
import { planInit } from './plan/index.js'
import { runtimeTarball, type RuntimeTarball } from './runtime-tarball.js'
import { mustStayInside, touchedBy } from './stay-inside.js'
import type { Detected, InitOptions, InitPlan } from './types.js'
import { withSiblings } from './workspace-root.js'

export { applyPlan, type ApplyOptions } from './apply/index.js'
export type { LockReport } from './apply/lockfile.js'
export { inWords } from './apply/lockfile.js'
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
 * Looks at a folder and plans what makes it run under shipit-runtime; changes nothing. No steps: it
 * is ready. For a workspace that needs others beside it the plan is of the repository's root, which
 * Heroku must then have.
 * Throws ShipitError `usage` (no such folder, an entry that is not there) or `project` (no
 * package.json, nothing to start, two lockfiles, an invalid ecosystem file, a link out of the
 * folder that would be written through, a package manager that is not installed).
 */
export async function prepareInit(
  dir: string,
  options: InitOptions,
  parts: InitParts = {},
): Promise<Prepared> {
  const files = parts.ecosystem ?? (await ecosystemFiles())
  const absolute = path.resolve(dir)
  const needy = withSiblings(absolute)
  const outer = needy && (await files.find(absolute)) === undefined ? needy : undefined
  const { detected, facts } = await gather(
    outer?.root ?? absolute,
    { ...options, ...(outer ? { workspace: outer } : {}) },
    files,
    parts.runtime ?? runtimeTarball(),
  )
  const plan = planInit(detected, options, facts, files.render)
  mustStayInside(plan.dir, touchedBy(plan.steps))
  if (plan.steps.some(({ kind }) => kind === 'run')) mustHaveTool(detected)
  return { plan, detected, isRepository: await isRepository(plan.dir) }
}
