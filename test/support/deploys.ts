import type { PlanRequest } from '../../src/deploy/index.js'
import { projectOf } from '../preflight/facts.js'

/** What is asked of a plan for a commit of the app a1, a sound one. */
export const requestOf = (commit: string, more: Partial<PlanRequest> = {}): PlanRequest => ({
  app: 'a1',
  source: {
    commit: { id: commit, short: commit.slice(0, 7), subject: 'Change' },
    split: null,
    upload: null,
    branch: 'main',
    warnings: [],
  },
  project: projectOf(),
  create: false,
  addRemote: false,
  waitTimeout: 2000,
  rollback: true,
  force: false,
  ...more,
})

/** The waits of a deploy, as short as a fake platform needs them. */
export const TIMING = {
  poll: 5,
  stable: 60,
  health: 400,
  listed: 200,
  lines: 20,
  settle: 400,
  rollback: 2000,
  patience: 200,
}
