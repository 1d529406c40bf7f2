import type { App } from '../heroku/index.js'
import type { StepRunner } from './events.js'
import type { Journal } from './journal.js'
import type { DeployPlan } from './plan.js'
import type { GitPush, Platform } from './platform.js'
import type { Timing } from './timing.js'

/** One deploy under way: its plan, whom it speaks to, and what it has changed so far. */
export interface Deployment {
  readonly plan: DeployPlan
  /** Rides out rate limits, and broken connections once something is under way: see retrying.ts. */
  readonly platform: Platform
  /** The same without, for waits that go on trying by themselves. */
  readonly bare: Platform
  readonly git: GitPush
  readonly steps: StepRunner
  readonly signal: AbortSignal
  readonly timing: Timing
  readonly journal: Journal
  /** Headers of the health check, by name; their values may be secret. */
  readonly healthHeaders: Record<string, string>
  /** Of the config vars that app.json asks for, by name; they may be secret. */
  readonly setUpValues: Readonly<Record<string, string>>
  /** Folder of shipit's own state on this machine; absent if nothing is to be kept there. */
  readonly home?: string | undefined
  /** What turned out to be doubtful while it ran, a sentence each. */
  readonly warnings: Set<string>
  /** As the platform has it; absent until that was asked. */
  app?: App
}
