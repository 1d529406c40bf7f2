/** From the boot of a release until it is known to serve. */
import { duration } from '../../lib/duration.js'
import { monotonic } from '../../lib/monotonic.js'
import { ReleaseWatch } from '../health/release-watch.js'
import { urlToAsk, waitForBoot, waitUntilStable } from '../health/serving.js'
import { switchoverTo, waitForSwitch } from '../health/wait-for-switch.js'
import { appOf, releaseOf, watchOf, type Running, type Step } from './step.js'

export const boot: Step = {
  name: 'boot',
  isNeeded: () => true,
  describe: () => 'wait until every dyno is up and stays up',
  title: (running) =>
    `${running.plan.isAlreadyLive ? 'Looking at the' : 'Starting'} dynos of ` +
    `v${releaseOf(running).version}`,
  async run(running, report) {
    const { plan, bare, deadline } = running
    const release = releaseOf(running)
    // The log is followed from here on, and read no further than the end of the last step.
    const watch = (running.watch ??= new ReleaseWatch(bare, plan.app, release, {
      switchover: switchoverTo(running, release),
    }))
    await waitForBoot(running, watch, release, deadline, report)
    const isAskedLater = urlOf(running) !== undefined
    if (!plan.isAlreadyLive && !isAskedLater && watch.dynos.length > 0)
      await waitUntilStable(
        running,
        watch,
        { release, check: plan.health, deadline, giveUp: deadline },
        report,
      )
  },
}

export const preboot: Step = {
  name: 'switch',
  isNeeded: (needs) => needs.preboot !== null,
  describe: (plan) =>
    'wait until preboot switches requests to the new dynos, about ' +
    `${duration(plan.preboot?.switchesAfter ?? 0)} after the release`,
  title: (running) => `Waiting for preboot to switch to v${releaseOf(running).version}`,
  skip: (running) => {
    const { switchover, hasWeb } = watchOf(running)
    return !switchover || !hasWeb || undefined
  },
  async run(running, report) {
    const [release, url] = [releaseOf(running), urlOf(running)]
    const { deadline } = running
    await waitForSwitch(running, watchOf(running), { release, url, deadline }, report)
  },
}

export const health: Step = {
  name: 'health',
  isNeeded: () => true,
  describe: ({ health: { path, status, isNamed } }) =>
    path === null
      ? 'health: not asked for'
      : `ask ${path} of the app's URL until it answers ` +
        `${status ?? (isNamed ? '2xx or 3xx' : 'below 500')}`,
  title: (running) => `Asking ${urlOf(running)}`,
  skip: (running) => {
    const app = appOf(running)
    if (!watchOf(running).hasWeb) return 'no web dyno answers HTTP'
    if (running.plan.health.path === null) return 'it is not asked for (none)'
    if (app.web_url === null) return 'the app has no URL'
    return app.maintenance ? 'maintenance mode is on' : undefined
  },
  async run(running, report) {
    const { plan, timing, deadline } = running
    const check = plan.health
    const latest = monotonic() + (check.timeout ?? timing.health)
    await waitUntilStable(
      running,
      watchOf(running),
      {
        release: releaseOf(running),
        url: urlOf(running),
        check,
        isOnePollEnough: plan.isAlreadyLive,
        deadline: plan.isAlreadyLive ? deadline : Math.min(deadline, latest),
        giveUp: deadline,
      },
      report,
    )
  },
}

const urlOf = (running: Running): string | undefined =>
  urlToAsk(running.plan.health, watchOf(running), appOf(running))
