import { byTypeAndNumber } from '../heroku/index.js'
import { monotonic } from '../lib/monotonic.js'
import { StepRunner, type DeployEvents, type StepName } from './events.js'
import { withLastLines } from './health/last-lines.js'
import { ReleaseWatch } from './health/release-watch.js'
import { switchoverTo } from './health/wait-for-switch.js'
import { Journal } from './journal.js'
import { takeOver } from './lock/follow.js'
import { checkNotReplaced } from './lock/overtaken.js'
import { retrying } from './retrying.js'
import type { DeployPlan } from './plan.js'
import type { GitPush, Platform } from './platform.js'
import { refOf, type Ref } from './ref.js'
import { afterInterrupt } from './rollback/interrupt.js'
import { undo } from './rollback/undo.js'
import { tellOfCutOff } from './set-up/cut-off.js'
import { postdeployFailure } from './set-up/postdeploy.js'
import { STEPS } from './steps/index.js'
import { appOf, releaseOf, watchOf, type Running } from './steps/step.js'
import { TIMING, type Timing } from './timing.js'

export interface DeployResult {
  app: string
  release: Ref
  /** Of the app; null if the platform gives it none. */
  url: string | null
  /** Names of the release's dynos; none if the formation is scaled to zero. */
  dynos: string[]
  commit: DeployPlan['commit']
  /** The release that served before; null before the first. */
  replaced: Ref | null
  /** The commit served already: nothing was changed. */
  alreadyLive: boolean
  warnings: string[]
  /** What came of `scripts.postdeploy` of app.json; null if it was not run. */
  postdeploy: { dyno: string; exitCode: number } | null
  /** ms a step. */
  times: Partial<Record<StepName, number>>
}

export interface RunParts {
  platform: Platform
  git: GitPush
  events: DeployEvents
  /** Aborted by Ctrl-C and the like; its reason says by what (see interrupt.ts). */
  signal?: AbortSignal
  timing?: Partial<Timing>
  /** Of the health check, with their values. */
  healthHeaders?: Record<string, string> | undefined
  /** Of the config vars that the plan's set-up names. */
  setUpValues?: Readonly<Record<string, string>> | undefined
  /** Folder of shipit's own state on this machine. */
  home?: string | undefined
}

/** ms between two tries of a call that the platform did not take. */
const PAUSE = 1000

/**
 * Does what the plan says. A failure after the release exists brings back the release that served
 * before, and then throws.
 * @throws ShipitError with the code of the step that failed (`release` for a postdeploy, which
 *   undoes nothing), `rollback` where undoing it failed
 *   too, `interrupted` after a signal.
 *   details: {release, rolled_back_to, serving}, each {id, version} or null.
 */
export async function runDeploy(
  plan: DeployPlan,
  {
    platform,
    git,
    events,
    signal = new AbortController().signal,
    timing: given,
    healthHeaders = {},
    setUpValues = {},
    home,
  }: RunParts,
): Promise<DeployResult> {
  const timing = { ...TIMING, ...given }
  const running: Running = {
    plan,
    git,
    signal,
    timing,
    healthHeaders,
    setUpValues,
    home,
    bare: platform,
    platform: retrying(platform, {
      time: timing.patience,
      pause: Math.min(timing.poll, PAUSE),
      signal,
      isUnderWay: () => running.journal.has('begin push'),
    }),
    steps: new StepRunner(events),
    warnings: new Set(),
    journal: new Journal(),
    deadline: Infinity,
  }
  const deployed = await orUndone(running)
  checkPostdeploy(running)
  return deployed
}

async function orUndone(running: Running): Promise<DeployResult> {
  const { plan, signal } = running
  try {
    signal.throwIfAborted()
    if (plan.isAlreadyLive) await lookAtLive(running)
    else if (plan.follows) await takeOver(running, plan.follows)
    return await takeSteps(running)
  } catch (error) {
    if (signal.aborted) throw await afterInterrupt(running)
    // Of a commit that served already it undoes nothing: nothing was done.
    throw await undo(running, error)
  }
}

/** What it is of serves all the same, so this undoes nothing. */
function checkPostdeploy({ plan, postdeploy, ...running }: Running): void {
  if (!plan.setUp || !postdeploy || postdeploy.exitCode === 0) return
  const release = refOf(releaseOf(running))
  throw postdeployFailure({ app: plan.app, release, setUp: plan.setUp }, postdeploy)
}

/** Takes the steps of the plan, in the order of the table. */
async function takeSteps(running: Running): Promise<DeployResult> {
  const { plan, steps, signal } = running
  try {
    for (const step of STEPS.filter(({ name }) => plan.steps.includes(name))) {
      signal.throwIfAborted()
      const reason = step.skip?.(running)
      if (reason === undefined)
        await steps.run(step.name, step.title(running), (report) => step.run(running, report))
      else if (reason !== true) steps.skip(step.name, reason)
    }
  } catch (error) {
    throw running.watch ? await withLastLines(running, running.watch, error) : error
  } finally {
    running.watch?.stop()
  }
  if (!plan.isAlreadyLive) await checkNotReplaced(running, releaseOf(running))
  await tellOfCutOff(running)
  return result(running)
}

/** ms for which preboot may not have switched to a release that serves, by the list of releases. */
const MAY_BE_SWITCHING = 5 * 60_000

/** A commit that serves already: is only seen to be up and to answer. */
async function lookAtLive(running: Running): Promise<void> {
  const { plan, platform, bare, timing } = running
  const [app, release] = await Promise.all([
    platform.findApp(plan.app),
    platform.currentRelease(plan.app),
  ])
  if (!app || !release)
    throw new Error(`${plan.app} was there when the deploy was planned and is not any more`)
  const isYoung =
    plan.preboot !== null && Date.now() - Date.parse(release.created_at) < MAY_BE_SWITCHING
  Object.assign(running, { app, release })
  running.watch = new ReleaseWatch(
    bare,
    plan.app,
    release,
    isYoung ? { switchover: switchoverTo(running, release) } : { followsLog: false },
  )
  running.deadline =
    monotonic() +
    Math.min(plan.waitTimeout, timing.health + (isYoung ? (plan.preboot?.switchesAfter ?? 0) : 0))
}

function result(running: Running): DeployResult {
  const { plan, steps, warnings, postdeploy } = running
  return {
    app: plan.app,
    release: refOf(releaseOf(running)),
    url: appOf(running).web_url,
    dynos: watchOf(running)
      .dynos.toSorted(byTypeAndNumber)
      .map(({ name }) => name),
    commit: plan.commit,
    replaced: plan.isAlreadyLive ? null : (plan.current?.release ?? null),
    alreadyLive: plan.isAlreadyLive,
    warnings: [...plan.warnings, ...warnings],
    postdeploy:
      postdeploy?.exitCode === undefined
        ? null
        : { dyno: postdeploy.dyno, exitCode: postdeploy.exitCode },
    times: steps.times,
  }
}
