import type { DeployTarget } from '../ecosystem/types.js'
import type { Overwritten } from '../git/index.js'
import type { Place } from '../heroku/resources.js'
import type { Finding, ProjectFacts } from '../doctor/index.js'
import type { StepName } from './events.js'
import type { FormationChange } from '../operate/formation-change.js'
import type { HealthCheck, HealthFlags } from './health/health-check.js'
import type { InProgress } from './lock/in-progress.js'
import type { SetUp } from './set-up/set-up.js'
import type { Turn } from './lock/turn.js'
import type { DeploySource, Split, Upload } from './source/source.js'

/**
 * What a deploy is going to do. Plain data: `--dry-run` prints it, `--json` too, and the run
 * executes it. Times are in ms.
 */
export interface DeployPlan {
  app: string
  platform: string
  /** Whether the app is there or is made by this deploy. */
  appState: 'exists' | 'to-be-created'
  /** Region, team or space of an app that is made; empty for the account's own place. */
  place: Place
  /** Whether the app, once made, becomes the git remote `heroku`. */
  addsRemote: boolean
  /** Name of the environment in the ecosystem file's `deploy:` block. */
  environment: string | null
  commit: { id: string; short: string; subject: string }
  /**
   * The folder that is deployed alone, and the user's commit, whose words `commit` has; null for a
   * whole repository.
   */
  split: Split | null
  /**
   * The files as they are, sent in place of a commit, whose words `commit` has; null for a commit.
   */
  upload: Upload | null
  /** Null if HEAD is detached. */
  branch: string | null
  /**
   * The release that serves and that a failed deploy goes back to; null if the app has never had
   * a slug.
   */
  current: { release: { id: string; version: number }; slug: string; commit: string | null } | null
  /** The commit serves already and nothing else differs: only looked at, nothing is changed. */
  isAlreadyLive: boolean
  /**
   * A deploy of the same commit that the platform is at work on already: followed to its end, and
   * nothing is pushed.
   */
  follows: InProgress | null
  /** The release of another app that is released here; null for a deploy of a commit. */
  promotes: Promoted | null
  /** What the app lacks of app.json; null if that is not looked at. */
  setUp: SetUp | null
  /** Names of config vars that are set or changed; never values. */
  configChanges: string[]
  /**
   * What config var SHIPIT_ENV is to be, of `deploy.<environment>.env`; null leaves it as it is.
   */
  shipitEnv: string | null
  /** What `deploy.<environment>.formation` and `--scale` change of the dynos. */
  formation: FormationChange[]
  steps: StepName[]
  health: HealthCheck
  /**
   * With preboot, ms from the release until requests switch to it, and how many web dynos serve
   * until then; null without.
   */
  preboot: { switchesAfter: number; dynos: number } | null
  waitTimeout: number
  rollback: boolean
  force: boolean
  /**
   * What --force drops from the app's repository; null without --force, and where it drops nothing.
   */
  overwrites: Overwritten | null
  /** What is doubtful about this deploy, a sentence each. */
  warnings: string[]
  /**
   * What the checks of `shipit doctor` find. Errors are among them only if nothing is deployed
   * anyway.
   */
  findings: Finding[]
}

/** A release on its way to another app of its pipeline. */
export interface Promoted {
  /** Id of the pipeline. */
  pipeline: string
  app: { id: string; name: string }
  release: { id: string; version: number }
  slug: string
}

export interface PlanRequest {
  app: string
  source: DeploySource
  /** The commit's files and what they say, for the checks. */
  project: ProjectFacts
  environment?: { name: string; target: DeployTarget } | undefined
  /**
   * Counts of dynos a process type, as `2:standard-1x`: they go before those of the environment.
   */
  scale?: Readonly<Record<string, string>> | undefined
  /** Whether an app that does not exist is to be made. */
  create: boolean
  /** What the app lacks of app.json; absent if that is not looked at. */
  setUp?: SetUp | undefined
  /** Where such an app is made. */
  place?: Place | undefined
  /**
   * Whether an app that is made becomes the git remote `heroku`; a rehearsal leaves the user's
   * remotes alone.
   */
  addRemote: boolean
  health?: HealthFlags | undefined
  waitTimeout: number
  rollback: boolean
  force: boolean
  /** Asked for with `force` alone. */
  overwritten?: ((app: string) => Promise<Overwritten | null>) | undefined
  /**
   * How long another deploy of the app is waited for, and who is told; absent: the plan only warns
   * of it, and its run refuses.
   */
  turn?: Turn
}
