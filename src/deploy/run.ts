import { byTypeAndNumber } from '../heroku/index.js'
import type { App, Release } from '../heroku/types.js'
import { TIMING, refOf, type Deployment, type Ref, type Timing } from './deployment.js'
import { StepRunner, type DeployEvents, type StepName } from './events.js'
import { follow } from './lock/follow.js'
import { afterInterrupt } from './rollback/interrupt.js'
import { withLastLines } from './health/last-lines.js'
import { checkNotReplaced } from './lock/overtaken.js'
import type { DeployPlan } from './plan.js'
import type { GitPush, Platform } from './platform.js'
import { patient } from './patient.js'
import { ReleaseWatch } from './health/release-watch.js'
import { scaleDown, scaleUp } from './scale.js'
import { holdUp, urlToAsk, waitForBoot, type HoldRequest } from './health/serving.js'
import { switchoverTo, waitForSwitch } from './health/wait-for-switch.js'
import { preflight, pushCommit, setConfig, waitForRelease } from './steps.js'
import { undo } from './rollback/undo.js'
import { monotonic } from '../lib/monotonic.js'

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
}

/** ms between two tries of a call that the platform did not take. */
const PAUSE = 1000

/**
 * Does what the plan says. A failure after the release exists brings back the release that served
 * before, and then throws.
 * @throws ShipitError with the code of the step that failed, `rollback` where undoing it failed
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
  }: RunParts,
): Promise<DeployResult> {
  const timing = { ...TIMING, ...given }
  const deployment: Deployment = {
    plan,
    git,
    signal,
    timing,
    healthHeaders,
    bare: platform,
    platform: patient(platform, {
      time: timing.patience,
      pause: Math.min(timing.poll, PAUSE),
      signal,
      isUnderWay: () => deployment.changed.isPushBegun,
    }),
    steps: new StepRunner(events),
    warnings: new Set(),
    changed: {
      isAppCreated: false,
      isConfigSent: false,
      isPushBegun: false,
      isPushHeard: false,
      isPushEnded: false,
      releases: [],
    },
  }
  try {
    signal.throwIfAborted()
    return await (plan.isAlreadyLive ? lookAtLive(deployment) : deploy(deployment))
  } catch (error) {
    if (signal.aborted) throw await afterInterrupt(deployment)
    if (plan.isAlreadyLive) throw error
    throw await undo(deployment, error)
  }
}

async function deploy(deployment: Deployment): Promise<DeployResult> {
  const { plan, platform, steps, changed, signal } = deployment
  const has = (step: StepName) => plan.steps.includes(step)
  if (plan.follows) {
    const { app, release } = await follow(deployment, plan.follows)
    return releaseAndServe(deployment, app, release)
  }
  const found = await steps.run('preflight', `Checking ${plan.app}`, () => preflight(deployment))
  const app = found ?? (await steps.run('create', `Creating ${plan.app}`, () => create(deployment)))
  changed.app = app
  signal.throwIfAborted()
  if (has('config'))
    await steps.run('config', `Setting config vars of ${plan.app}`, (report) =>
      setConfig(deployment, report),
    )
  signal.throwIfAborted()
  const made = has('push')
    ? await steps.run(
        'push',
        `${plan.upload ? 'Sending' : 'Pushing'} ${plan.commit.short} to ${plan.app}`,
        (report) => pushCommit(deployment, report),
      )
    : (changed.releases.at(-1) ?? (await platform.currentRelease(plan.app)))
  if (!made) throw new Error('the platform lists no release after the config vars were set')
  return releaseAndServe(deployment, app, made)
}

async function releaseAndServe(
  deployment: Deployment,
  app: App,
  made: Release,
): Promise<DeployResult> {
  const { plan, steps, signal } = deployment
  signal.throwIfAborted()
  const deadline = monotonic() + plan.waitTimeout
  const release = await steps.run('release', `Releasing v${made.version}`, (report) =>
    waitForRelease(deployment, made, deadline, report),
  )
  if (plan.steps.includes('scale_up'))
    await steps.run('scale_up', `Scaling ${plan.app} up`, (report) => scaleUp(deployment, report))
  signal.throwIfAborted()
  const dynos = await serve(deployment, app, release, deadline)
  await checkNotReplaced(deployment, release)
  return result(deployment, app, release, dynos)
}

async function create({ plan, platform, git, changed }: Deployment): Promise<App> {
  const app = await platform.createApp(plan.app, plan.place)
  changed.isAppCreated = true
  if (plan.addsRemote) await git.addRemote(plan.app)
  return app
}

/**
 * Boot and health of a release of ours. The log is followed from here on, and read no further than
 * the end of both.
 */
async function serve(
  deployment: Deployment,
  app: App,
  release: Release,
  deadline: number,
): Promise<string[]> {
  const { plan, bare, steps, timing } = deployment
  const watch = new ReleaseWatch(bare, plan.app, release, {
    switchover: switchoverTo(deployment, release),
  })
  const check = plan.health
  try {
    await steps.run('boot', `Starting dynos of v${release.version}`, async (report) => {
      await waitForBoot(deployment, watch, release, deadline, report)
      if (!urlToAsk(check, watch, app) && watch.dynos.length > 0)
        await holdUp(deployment, watch, { release, check, deadline, giveUp: deadline }, report)
    })
    await untilSwitched(deployment, app, watch, release, deadline)
    await checkHealth(deployment, app, watch, {
      release,
      check,
      deadline: Math.min(deadline, monotonic() + (check.timeout ?? timing.health)),
      giveUp: deadline,
    })
    if (plan.steps.includes('scale_down'))
      await steps.run('scale_down', `Scaling ${plan.app} down`, (report) =>
        scaleDown(deployment, app, watch, release, deadline, report),
      )
    return namesOf(watch)
  } catch (error) {
    throw await withLastLines(deployment, watch, error)
  } finally {
    watch.stop()
  }
}

async function untilSwitched(
  deployment: Deployment,
  app: App,
  watch: ReleaseWatch,
  release: Release,
  deadline: number,
): Promise<void> {
  if (!watch.switchover || !watch.hasWeb) return
  const url = urlToAsk(deployment.plan.health, watch, app)
  await deployment.steps.run(
    'switch',
    `Waiting for preboot to switch to v${release.version}`,
    (report) => waitForSwitch(deployment, watch, { release, url, deadline }, report),
  )
}

async function checkHealth(
  deployment: Deployment,
  app: App,
  watch: ReleaseWatch,
  hold: Omit<HoldRequest, 'url'>,
): Promise<void> {
  const { plan, steps } = deployment
  if (!watch.hasWeb) return steps.skip('health', 'no web dyno answers HTTP')
  if (plan.health.path === null) return steps.skip('health', 'it is not asked for (none)')
  if (app.web_url === null) return steps.skip('health', 'the app has no URL')
  if (app.maintenance) return steps.skip('health', 'maintenance mode is on')
  const url = urlToAsk(plan.health, watch, app)!
  await steps.run('health', `Asking ${url}`, (report) =>
    holdUp(deployment, watch, { ...hold, url }, report),
  )
}

/** ms for which preboot may not have switched to a release that serves, by the list of releases. */
const MAY_BE_SWITCHING = 5 * 60_000

/** The commit serves already: says so only once it is seen to be up and to answer. */
async function lookAtLive(deployment: Deployment): Promise<DeployResult> {
  const { plan, platform, bare, steps, timing, changed } = deployment
  const [app, release] = await Promise.all([
    platform.findApp(plan.app),
    platform.currentRelease(plan.app),
  ])
  if (!app || !release)
    throw new Error(`${plan.app} was there when the deploy was planned and is not any more`)
  changed.app = app
  const isYoung =
    plan.preboot !== null && Date.now() - Date.parse(release.created_at) < MAY_BE_SWITCHING
  const watch = new ReleaseWatch(
    bare,
    plan.app,
    release,
    isYoung ? { switchover: switchoverTo(deployment, release) } : { followsLog: false },
  )
  const giveUp =
    monotonic() +
    Math.min(plan.waitTimeout, timing.health + (isYoung ? (plan.preboot?.switchesAfter ?? 0) : 0))
  const check = plan.health
  try {
    await steps.run('boot', `Looking at the dynos of v${release.version}`, (report) =>
      waitForBoot(deployment, watch, release, giveUp, report),
    )
    await untilSwitched(deployment, app, watch, release, giveUp)
    await checkHealth(deployment, app, watch, {
      release,
      check,
      isOneLookEnough: true,
      deadline: giveUp,
      giveUp,
    })
    return result(deployment, app, release, namesOf(watch))
  } catch (error) {
    throw await withLastLines(deployment, watch, error)
  } finally {
    watch.stop()
  }
}

const namesOf = ({ dynos }: ReleaseWatch): string[] =>
  dynos.toSorted(byTypeAndNumber).map(({ name }) => name)

function result(
  { plan, steps, warnings }: Deployment,
  app: App,
  release: Release,
  dynos: string[],
): DeployResult {
  return {
    app: plan.app,
    release: refOf(release),
    url: app.web_url,
    dynos,
    commit: plan.commit,
    replaced: plan.isAlreadyLive ? null : (plan.current?.release ?? null),
    alreadyLive: plan.isAlreadyLive,
    warnings: [...plan.warnings, ...warnings],
    times: steps.times,
  }
}
