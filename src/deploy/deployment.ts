import { setTimeout as delay } from 'node:timers/promises'
import type { App, Build, Formation, Release } from '../heroku/types.js'
import type { StepRunner } from './events.js'
import type { DeployPlan } from './plan.js'
import type { GitPush, Platform } from './platform.js'
import type { Unfinished } from './rollback/unfinished.js'

/** How long things are waited for, in ms. */
export interface Timing {
  /** Between two looks at the platform, once it has been looked at some times. */
  poll: number
  /**
   * The longest that dynos must stay up, and answer, before they count as serving: an app may say
   * "listening" and die. See stability.ts.
   */
  stable: number
  /** The shortest, for an app that boots quickly. */
  stableAtLeast: number
  /**
   * Once the dynos are up, how long the app's URL may take to answer as it should. Never longer
   * than the plan's waitTimeout.
   */
  health: number
  /** How long a release may take to be listed after its push. */
  listed: number
  /** Between two looks for the last lines of a dyno that failed. */
  lines: number
  /** The least that a rollback has, whatever the plan's waitTimeout. */
  rollback: number
  /**
   * How long reads that the platform does not take (429, broken connections) are tried again,
   * outside of the waits.
   */
  patience: number
  /**
   * After an interrupt: how long a build that goes on is waited for, and how long the old release
   * may take to serve again.
   */
  settle: number
}

export const TIMING: Timing = {
  poll: 5000,
  stable: 5000,
  stableAtLeast: 1750,
  health: 60_000,
  listed: 15_000,
  lines: 500,
  rollback: 300_000,
  patience: 60_000,
  settle: 60_000,
}

/** One deploy under way: its plan, whom it speaks to, and what it has changed so far. */
export interface Deployment {
  readonly plan: DeployPlan
  /** Rides out rate limits, and broken connections once something is under way: see patient.ts. */
  readonly platform: Platform
  /** The same without, for waits that go on trying by themselves. */
  readonly bare: Platform
  readonly git: GitPush
  readonly steps: StepRunner
  readonly signal: AbortSignal
  readonly timing: Timing
  readonly changed: Changes
  /** Headers of the health check, by name; their values may be secret. */
  readonly healthHeaders: Record<string, string>
  /** What turned out to be doubtful while it ran, a sentence each. */
  readonly warnings: Set<string>
}

/** What the platform was asked for, so that a failure knows what there is to undo. */
interface Changes {
  app?: App
  isAppCreated: boolean
  isConfigSent: boolean
  /** As it was before it was scaled; absent while it is as it was. */
  formation?: Formation[] | undefined
  isPushBegun: boolean
  /** The platform has answered it with a line of output: what was pushed has arrived. */
  isPushHeard: boolean
  /** Id of the build that this deploy began, if it was told. */
  build?: string
  /** Its release is among `releases`. */
  isPushEnded: boolean
  /** What a push that broke off has left under way, once that has been waited for. */
  afterBreak?: { left: Unfinished | undefined }
  /** Releases made by this deploy, oldest first. */
  releases: Release[]
  /** The release that a rollback has made. */
  rollback?: Release
}

/** Whether a build is of this deploy: by its id, else by what it is of. */
export const isOwnBuild = (
  { plan, changed }: Pick<Deployment, 'plan' | 'changed'>,
  build: Build,
): boolean =>
  changed.build === undefined
    ? build.source_blob.version === plan.commit.id
    : build.id === changed.build

export type Ref = Pick<Release, 'id' | 'version'>

export const refOf = ({ id, version }: Ref): Ref => ({ id, version })

/**
 * ms before the second look, and how much longer each pause is than the one before, up to `poll`.
 */
const FIRST_PAUSE = 100
const LONGER = 1.5

/**
 * Waits until the next look: soon at first, since much is done within a second, then rarer, since
 * an account's API calls are counted (4,500 an hour, see Budget): two minutes take some 30 looks.
 * The fewer calls are left, the longer the pauses.
 * @param longest ms, where less is left to wait for
 * @param usual ms, where the log announces looks and this one is to come without that
 */
export async function pause(
  { timing, platform }: Pausing,
  look: number,
  signal: AbortSignal,
  longest = Infinity,
  usual = Math.min(timing.poll, FIRST_PAUSE * LONGER ** look),
): Promise<void> {
  await delay(Math.min(usual * (platform?.slowdown?.() ?? 1), longest), undefined, { signal })
}

type Pausing = Pick<Deployment, 'timing'> & Partial<Pick<Deployment, 'platform'>>

/** ms as a person says it: 800 ms, 12 s, 3 min 20 s. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  return seconds % 60 === 0
    ? `${seconds / 60} min`
    : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
