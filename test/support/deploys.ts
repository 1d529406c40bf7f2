import type { PlanRequest } from '../../src/deploy/index.js'
import { projectOf } from '../doctor/facts.js'

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
  waitTimeout: 300_000,
  rollback: true,
  force: false,
  ...more,
})
