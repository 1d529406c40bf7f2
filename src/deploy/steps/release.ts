import { ShipitError } from '../../errors.js'
import type { Release } from '../../heroku/index.js'
import { duration } from '../../lib/duration.js'
import { monotonic } from '../../lib/monotonic.js'
import type { Deployment } from '../deployment.js'
import type { StepReport } from '../events.js'
import { sayOutput } from '../say-lines.js'
import { pause } from '../timing.js'
import { endOfReleasePhase } from '../../operate/release-phase.js'
import { keepAsking } from '../unverified.js'
import { isChange, releaseOf, type Step } from './step.js'

export const release: Step = {
  name: 'release',
  isNeeded: (needs) => needs.follows !== null || isChange(needs),
  describe: () => 'release, with the release phase where there is one',
  title: (running) => `Releasing v${releaseOf(running).version}`,
  async run(running, report) {
    const made = releaseOf(running)
    running.deadline = monotonic() + running.plan.waitTimeout
    running.release = await waitForRelease(running, made, running.deadline, report)
  },
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
  const printed: string[] = []
  const say = (line: string) => {
    printed.push(line)
    report.line(line)
  }
  if (release.status === 'pending' && release.output_stream_url)
    await streamReleaseOutput(deployment, release.output_stream_url, deadline, say)
  const read = () =>
    keepAsking(deployment, deadline, report, () => bare.release(plan.app, release.id))
  const ended = await endOfReleasePhase(await read(), {
    read,
    pause: (polls) => pause(deployment, polls, signal),
    deadline,
  })
  if (!ended)
    throw new ShipitError('timeout', {
      message:
        `The release phase of v${release.version} had not ended after ` +
        `${duration(plan.waitTimeout)}.`,
      why: `It goes on, and v${release.version} serves once it has succeeded.`,
      next: `Look at \`shipit releases --app ${plan.app}\`.`,
    })
  if (ended.status === 'succeeded') return ended
  // It ended before the push did, which showed its output among the build's.
  if (printed.length === 0 && ended.output_stream_url)
    await streamReleaseOutput(
      deployment,
      ended.output_stream_url,
      monotonic() + OUTPUT_TIME,
      (line) => printed.push(line),
    )
  throw new ShipitError('release', {
    message:
      `The release phase of v${ended.version} ` +
      `${ended.status === 'failed' ? 'failed' : 'did not end in time'}.`,
    why: lastPrinted(printed),
  })
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
