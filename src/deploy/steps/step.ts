import type { Release } from '../../heroku/index.js'
import type { Deployment } from '../deployment.js'
import type { StepName, StepReport } from '../events.js'
import type { ProcessLock } from '../../lib/process-lock.js'
import type { FormationChange } from '../../operate/formation-change.js'
import type { ReleaseWatch } from '../health/release-watch.js'
import type { InProgress } from '../lock/in-progress.js'
import type { DeployPlan } from '../plan.js'
import type { Postdeploy } from '../set-up/postdeploy.js'
import { isOpen, type SetUp } from '../set-up/set-up.js'

/** What decides which steps a plan has. */
export interface Needs {
  isNew: boolean
  hasConfig: boolean
  isSameCommit: boolean
  /** Nothing is pushed: the code comes from another app. */
  isPromotion: boolean
  formation: FormationChange[]
  follows: InProgress | null
  preboot: DeployPlan['preboot']
  /** What the app lacks of app.json; null if that is not looked at. */
  setUp: SetUp | null
}

/** Whether anything is asked of the platform, rather than looked at. */
export const isChange = ({ follows, isSameCommit, hasConfig, formation, setUp }: Needs): boolean =>
  follows === null &&
  (!isSameCommit || hasConfig || formation.length > 0 || (setUp !== null && isOpen(setUp)))

/** A deploy between two steps: what the ones before have found for the ones after. */
export interface Running extends Deployment {
  /** The release that is to serve. */
  release?: Release | undefined
  /** Until when it may come up: ms by monotonic(). */
  deadline: number
  /** Of its dynos and its log, from their boot on. */
  watch?: ReleaseWatch
  /** Held from before the push on, until the end of postdeploy was seen: see cut-off.ts. */
  postdeployLock?: ProcessLock | undefined
  /** What came of `scripts.postdeploy` of app.json. */
  postdeploy?: Postdeploy
}

/** One step of a deploy: the plan lists it, the run takes it, a failure undoes it. */
export interface Step {
  /** As events, `--json` and the times of a result have it. */
  name: StepName
  isNeeded(needs: Needs): boolean
  /** The step in a plan. */
  describe(plan: DeployPlan): string
  /** The step under way. */
  title(running: Running): string
  /**
   * Why the step of the plan has nothing to do after all: a reason is told, `true` says nothing;
   * undefined if it is to be taken.
   */
  skip?(running: Running): string | true | undefined
  run(running: Running, report: StepReport): Promise<void>
  /**
   * Undoes what the rollback to the release before leaves as it is; with a sentence of what was
   * done. Undefined if there was nothing to undo.
   */
  undo?(deployment: Deployment): Promise<string | undefined>
}

/** @throws Error of ours, if a step runs before the one that finds its app */
export function appOf({ app, plan }: Pick<Running, 'app' | 'plan'>): NonNullable<Running['app']> {
  if (!app) throw new Error(`the app ${plan.app} has not been looked up`)
  return app
}

/** @throws Error of ours, if a step runs before there is a release */
export function releaseOf({ release }: Pick<Running, 'release'>): Release {
  if (!release) throw new Error('the platform lists no release of this deploy')
  return release
}

/** @throws Error of ours, if a step runs before the boot is watched */
export function watchOf({ watch }: Pick<Running, 'watch'>): ReleaseWatch {
  if (!watch) throw new Error('the boot of the release is not watched')
  return watch
}
