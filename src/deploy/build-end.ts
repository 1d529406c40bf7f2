/** A build that goes on at the platform, followed to its end. */
import { ShipitError } from '../errors.js'
import type { Build } from '../heroku/index.js'
import { duration } from '../lib/duration.js'
import { pause, type Timing } from './timing.js'
import { sayOutput } from './say-lines.js'
import { monotonic } from '../lib/monotonic.js'

/**
 * ms that a build may take: Heroku gives it 15 minutes
 * (https://devcenter.heroku.com/articles/limits#build).
 */
const BUILD_TIME = 20 * 60_000

interface Following {
  app: string
  /** The build as it is now. */
  poll: () => Promise<Build>
  output: (url: string, signal: AbortSignal) => AsyncIterable<string>
  say: (line: string) => void
  signal: AbortSignal
  timing: Timing
}

/**
 * Says the build's output as it comes, and answers with the build once it is pending no more.
 * @throws ShipitError `timeout`; the signal's reason
 */
export async function buildEnd(
  begun: Build,
  { app, poll, output, say, signal, timing }: Following,
): Promise<Build> {
  const deadline = monotonic() + BUILD_TIME
  await sayOutput(
    output(begun.output_stream_url, AbortSignal.any([signal, AbortSignal.timeout(BUILD_TIME)])),
    'build',
    { say, signal },
  )
  for (let count = 0; ; count++) {
    signal.throwIfAborted()
    const build = await poll()
    if (build.status !== 'pending') return build
    if (monotonic() > deadline)
      throw new ShipitError('timeout', {
        message: `The build had not ended after ${duration(BUILD_TIME)}.`,
        next: `Look at \`shipit releases --app ${app}\`.`,
      })
    await pause({ timing }, count, signal)
  }
}
