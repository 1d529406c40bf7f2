import { ShipitError } from '../../errors.js'
import type { Release } from '../../heroku/index.js'
import { duration } from '../../lib/duration.js'
import { releaseAfterAll } from '../broken-push.js'
import type { Deployment } from '../deployment.js'
import type { StepReport } from '../events.js'
import { releaseOfPush, slugOfCommit } from '../find-release.js'
import { followBuild } from '../lock/follow.js'
import { overtakenBy } from '../lock/overtaken.js'
import { retry, isRateLimit } from '../../heroku/limits.js'
import { holdPostdeploy } from '../set-up/cut-off.js'
import type { Step } from './step.js'

/** The commit's build: of this deploy's own push, or of one that is under way already. */
export const push: Step = {
  name: 'push',
  isNeeded: ({ follows, isSameCommit, isPromotion }) =>
    follows ? follows.stage === 'build' : !isSameCommit && !isPromotion,
  describe: ({ commit, app, force, upload, follows }) =>
    follows
      ? 'follow the build'
      : upload
        ? `send the files to ${app}, and build`
        : `push ${commit.short} to ${app}${force ? ', replacing what is there (--force)' : ''}, ` +
          'and build',
  title: ({ plan: { app, commit, upload, follows } }) =>
    follows
      ? `Following the build of ${commit.short}`
      : `${upload ? 'Sending' : 'Pushing'} ${commit.short} to ${app}`,
  async run(running, report) {
    const { follows } = running.plan
    running.postdeployLock = await holdPostdeploy(running)
    running.release = follows
      ? await followBuild(running, follows, report)
      : await pushCommit(running, report)
  },
}

/** Pushes the commit and answers with the release that comes of it. */
async function pushCommit(deployment: Deployment, report: StepReport): Promise<Release> {
  const { plan, git, platform, signal, journal } = deployment
  journal.record({ did: 'begin push' })
  const onOutput = (line: string) => {
    if (!journal.has('hear push')) journal.record({ did: 'hear push' })
    report.line(line)
  }
  const send = () =>
    git.push({
      app: plan.app,
      commit: plan.commit.id,
      force: plan.force,
      signal,
      onOutput,
      onBuild: (id) => journal.record({ did: 'begin build', id }),
    })
  const release = await pushAgain(deployment, report, send).then(
    ({ outcome }) =>
      outcome === 'pushed' ? releaseOfPush(deployment) : releaseAgain(deployment, report),
    async (error: unknown) => {
      const made = await releaseAfterAll(deployment, error, report)
      if (!made) throw (await overtakenBy(deployment, error)) ?? error
      return made
    },
  )
  const now = await platform.release(plan.app, release.id)
  if (!journal.releases.some(({ id }) => id === now.id))
    journal.record({ did: 'release', release: now })
  journal.record({ did: 'end push' })
  report.detail(`v${now.version}`)
  return now
}

/**
 * ms before the second try: Heroku takes 75 requests of git an hour for an app
 * (https://devcenter.heroku.com/articles/limits#git-repositories).
 */
const PUSH_PAUSE = 2000

/**
 * A push that the platform does not take for now (429) has begun nothing, and is tried again for a
 * while.
 */
async function pushAgain<T>(
  { plan, journal, timing, signal }: Deployment,
  report: StepReport,
  send: () => Promise<T>,
): Promise<T> {
  let said: string | undefined
  return retry(
    send,
    (error) => isRateLimit(error) && !journal.has('hear push') && journal.build === undefined,
    {
      time: Math.min(timing.patience, plan.waitTimeout),
      pause: Math.min(PUSH_PAUSE, timing.poll),
      growth: 2,
      signal,
      onRefusal: ({ message }, left) => {
        if (message !== said) report.line(`${message} Trying on, for ${duration(left)} at most.`)
        said = message
      },
    },
  )
}

/**
 * git has the commit already, so the platform builds nothing: after a rollback, or a release phase
 * that failed. The slug is still there, and is released again, with the config vars as they are
 * now.
 */
async function releaseAgain(
  { plan, platform, ...rest }: Deployment,
  report: StepReport,
): Promise<Release> {
  const found = await slugOfCommit({ plan, platform, ...rest })
  if (!found) {
    throw new ShipitError('push', {
      message: `The app's repository holds ${plan.commit.short} already, but no release is made of it.`,
      why: 'git has nothing to push, so the platform builds nothing.',
      next: 'git commit --allow-empty -m "Deploy again", then deploy.',
    })
  }
  report.line(
    `git has ${plan.commit.short} already: releasing the slug of v${found.release.version} again.`,
  )
  return platform.releaseSlug(plan.app, found.slug, `Deploy ${plan.commit.short}`)
}
