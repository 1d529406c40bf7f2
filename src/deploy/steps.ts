import { ShipitError } from '../errors.js'
import type { App, Release } from '../heroku/types.js'
import { duration, pause, type Deployment } from './deployment.js'
import type { StepReport } from './events.js'
import { releaseAfterAll } from './broken-push.js'
import { releaseOfPush, slugOfCommit } from './find-release.js'
import { again, isRateLimit } from './patient.js'
import { overtakenBy, outdated } from './lock/overtaken.js'
import { sayOutput } from './say-lines.js'
import { keepAsking } from './unverified.js'
import { monotonic } from '../lib/monotonic.js'

/** Is the platform still as the plan saw it? */
export async function preflight({ plan, platform }: Deployment): Promise<App | undefined> {
  const app = await platform.findApp(plan.app)
  if (!app && plan.appState === 'exists') {
    throw new ShipitError('not_found', { message: `${plan.app} is not there any more.` })
  }
  const current = app && (await platform.currentRelease(app.name))
  if (plan.current && current?.id !== plan.current.release.id) {
    throw outdated(
      plan,
      `Someone else has released v${current?.version ?? '?'} since this deploy was planned.`,
      `The plan replaces v${plan.current.release.version}.`,
    )
  }
  return app
}

/** One PATCH with what differs, which makes one release. */
export async function setConfig(
  { plan, platform, changed }: Deployment,
  report: StepReport,
): Promise<void> {
  changed.isConfigSent = true
  await platform.updateConfigVars(plan.app, { SHIPIT_ENV: plan.shipitEnv })
  const [release] = await platform.releases(plan.app, 1)
  if (release && release.version > (plan.current?.release.version ?? 0))
    changed.releases.push(release)
  report.detail(plan.configChanges.join(', '))
}

/** Pushes the commit and answers with the release that comes of it. */
export async function pushCommit(deployment: Deployment, report: StepReport): Promise<Release> {
  const { plan, git, platform, signal, changed } = deployment
  changed.isPushBegun = true
  const onOutput = (line: string) => {
    changed.isPushHeard = true
    report.line(line)
  }
  const send = () =>
    git.push({
      app: plan.app,
      commit: plan.commit.id,
      force: plan.force,
      signal,
      onOutput,
      onBuild: (id) => {
        changed.build = id
      },
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
  if (!changed.releases.some(({ id }) => id === now.id)) changed.releases.push(now)
  changed.isPushEnded = true
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
  { plan, changed, timing, signal }: Deployment,
  report: StepReport,
  send: () => Promise<T>,
): Promise<T> {
  let said: string | undefined
  return again(
    send,
    (error) => isRateLimit(error) && !changed.isPushHeard && changed.build === undefined,
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

/** ms for the output of a release phase that has ended. */
const OUTPUT_TIME = 10_000
const SHOWN = 20

function lastPrinted(printed: string[]): string {
  const lines = printed.join('\n').trim().split('\n').slice(-SHOWN)
  return lines.join('') === ''
    ? 'Its release command printed nothing.'
    : ['The last lines of its release command:', ...lines.map((line) => `  ${line}`)].join('\n')
}

/** Follows the release phase, if there is one, to its end. */
export async function waitForRelease(
  deployment: Deployment,
  release: Release,
  deadline: number,
  report: StepReport,
): Promise<Release> {
  const { plan, bare, signal } = deployment
  let now = release
  const printed: string[] = []
  const say = (line: string) => {
    printed.push(line)
    report.line(line)
  }
  if (now.status === 'pending' && now.output_stream_url)
    await streamReleaseOutput(deployment, now.output_stream_url, deadline, say)
  for (let look = 0; ; look++) {
    now = await keepAsking(deployment, deadline, report, () => bare.release(plan.app, release.id))
    if (now.status === 'succeeded') return now
    if (now.status !== 'pending') {
      // It ended before the push did, which showed its output among the build's.
      if (printed.length === 0 && now.output_stream_url)
        await streamReleaseOutput(
          deployment,
          now.output_stream_url,
          monotonic() + OUTPUT_TIME,
          (line) => printed.push(line),
        )
      throw new ShipitError('release', {
        message:
          `The release phase of v${now.version} ` +
          `${now.status === 'failed' ? 'failed' : 'did not end in time'}.`,
        why: lastPrinted(printed),
      })
    }
    if (monotonic() > deadline) {
      throw new ShipitError('timeout', {
        message:
          `The release phase of v${now.version} had not ended after ` +
          `${duration(plan.waitTimeout)}.`,
        why: 'It goes on, and v' + now.version + ' serves once it has succeeded.',
        next: `Look at \`shipit releases --app ${plan.app}\`.`,
      })
    }
    await pause(deployment, look, signal)
  }
}

function streamReleaseOutput(
  { platform, signal }: Deployment,
  url: string,
  deadline: number,
  say: (line: string) => void,
): Promise<void> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(Math.max(1, deadline - monotonic()))])
  return sayOutput(platform.output(url, limit), 'release phase', { say, signal })
}
